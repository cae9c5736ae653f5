package dev.assay.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.world.Hierarchy.Node;
import java.nio.file.Path;
import java.util.List;

/** {@code hierarchy.json}, as SAELens writes it. */
final class HierarchyJson {
    private static final String FEATURE = "feature_index";
    private static final String EXCLUSIVE = "mutually_exclusive_children";
    private static final String SCALES = "scale_children_by_parent";
    private static final String ID = "feature_id";
    private static final String CHILDREN = "children";

    private HierarchyJson() {}

    static Hierarchy read(Path file, int features) {
        return Fields.of(file.toString(), WorldConfigJson.parse(file))
                .only("roots")
                .as(f -> {
                    f.needList("roots");
                    return new Hierarchy(features, nodes(f.items("roots")));
                });
    }

    private static List<Node> nodes(List<Fields> items) {
        return items.stream().map(item -> item.as(HierarchyJson::node)).toList();
    }

    private static Node node(Fields f) {
        f.only(FEATURE, EXCLUSIVE, SCALES, ID, CHILDREN);
        return new Node(f.integer(FEATURE), f.flag(EXCLUSIVE), f.flag(SCALES), f.text(ID), nodes(f.items(CHILDREN)));
    }

    static String write(Hierarchy hierarchy) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("roots", list(hierarchy.roots()));
        return WorldConfigJson.pretty(json);
    }

    private static ArrayNode list(List<Node> nodes) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode(nodes.size());
        for (Node node : nodes) list.add(write(node));
        return list;
    }

    private static JsonNode write(Node node) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (node.feature().isPresent()) json.put(FEATURE, node.feature().getAsInt());
        else json.putNull(FEATURE);
        json.put(EXCLUSIVE, node.exclusiveChildren()).put(SCALES, node.scalesChildren());
        json.put(ID, node.id().orElse(null));
        json.set(CHILDREN, list(node.children()));
        return json;
    }
}
