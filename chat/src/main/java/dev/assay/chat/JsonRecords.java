package dev.assay.chat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Records as schemas, and JSON as records. */
final class JsonRecords {
    private JsonRecords() {}

    static ObjectNode schema(Type type) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        if (type == String.class) return out.put("type", "string");
        if (type == boolean.class || type == Boolean.class) return out.put("type", "boolean");
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class)
            return out.put("type", "integer");
        if (type == double.class || type == Double.class) return out.put("type", "number");
        if (isA(type, List.class)) {
            out.put("type", "array").set("items", schema(argument(type)));
            return out;
        }
        if (type instanceof Class<?> c && c.isEnum()) {
            var values = out.put("type", "string").putArray("enum");
            Arrays.stream(c.getEnumConstants()).map(JsonRecords::key).forEach(values::add);
            return out;
        }
        if (type instanceof Class<?> c && c.isRecord()) return object(c, out);
        throw new IllegalArgumentException(type.getTypeName()
                + " has no schema; use String, boolean, int, long, double, enums, List, Optional and records");
    }

    private static ObjectNode object(Class<?> type, ObjectNode out) {
        ObjectNode properties = out.put("type", "object").putObject("properties");
        var required = out.putArray("required");
        for (RecordComponent component : type.getRecordComponents()) {
            Type inner = component.getGenericType();
            boolean optional = isA(inner, Optional.class);
            if (!optional) required.add(name(component));
            properties.set(name(component), schema(optional ? argument(inner) : inner));
        }
        return out.put("additionalProperties", false);
    }

    /** The name in JSON: the component's, or that of its {@link JsonProperty}. */
    private static String name(RecordComponent component) {
        JsonProperty given = component.getAccessor().getAnnotation(JsonProperty.class);
        return given == null ? component.getName() : given.value();
    }

    private static boolean isA(Type type, Class<?> raw) {
        return type instanceof ParameterizedType p && p.getRawType() == raw;
    }

    private static Type argument(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }

    /** How a value of an enum is written. */
    private static String key(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A value that fits the record's schema as that record. */
    static <T extends Record> T read(JsonNode json, Class<T> type) {
        return type.cast(value(json, type));
    }

    private static Object value(JsonNode json, Type type) {
        if (type == String.class) return json.asText();
        if (type == boolean.class || type == Boolean.class) return json.asBoolean();
        if (type == int.class || type == Integer.class) return json.asInt();
        if (type == long.class || type == Long.class) return json.asLong();
        if (type == double.class || type == Double.class) return json.asDouble();
        if (isA(type, Optional.class))
            return json.isMissingNode() ? Optional.empty() : Optional.of(value(json, argument(type)));
        if (isA(type, List.class)) {
            List<Object> items = new ArrayList<>();
            json.forEach(item -> items.add(value(item, argument(type))));
            return List.copyOf(items);
        }
        Class<?> c = (Class<?>) type;
        return c.isEnum() ? constant(json.asText(), c) : record(json, c);
    }

    private static Object constant(String key, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> key(constant).equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static Object record(JsonNode json, Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components)
                .map(c -> value(json.path(name(c)), c.getGenericType()))
                .toArray();
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
        }
    }
}
