package dev.assay.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.assay.tensor.SafetensorsFile.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, read with nothing taken on trust and without a tree: a header that is not one
 * costs no more memory than its own bytes.
 */
final class SafetensorsHeader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final int LONGEST_SHAPE = 64;
    private static final int LONGEST_NAME = 120; // characters of a name in a message

    private final Path file;
    private final JsonParser json;
    private final long start;
    private final long end;

    private SafetensorsHeader(Path file, JsonParser json, long start, long end) {
        this.file = file;
        this.json = json;
        this.start = start;
        this.end = end;
    }

    /** Tensors by name, in the file's order, and the free-form metadata. */
    record Contents(Map<String, Entry> tensors, Map<String, String> metadata) {}

    /**
     * Reads a header.
     *
     * @param start where the data begin in the file
     * @param end where the file ends
     * @return tensors that are all inside the file and apart from one another
     */
    static Contents read(Path file, byte[] header, long start, long end) throws IOException {
        try (JsonParser json = JSON.createParser(header)) {
            return new SafetensorsHeader(file, json, start, end).contents();
        } catch (JsonProcessingException e) {
            throw damaged(file, "the header is not JSON: " + clipped(e.getOriginalMessage()));
        }
    }

    private Contents contents() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) throw damaged("the header is not a JSON object");
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("__metadata__")) metadata(value, metadata);
            else if (value == JsonToken.START_OBJECT) entries.put(name, entry("tensor " + clipped(name)));
            else throw damaged("tensor " + clipped(name) + " is not described by a JSON object");
        }
        if (json.nextToken() != null) throw damaged("the header goes on after its end");
        checkApart(entries);
        return new Contents(entries, metadata);
    }

    /** What is no string is passed over: nothing that we need rests on it. */
    private void metadata(JsonToken value, Map<String, String> into) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (json.nextToken() == JsonToken.VALUE_STRING) into.put(name, json.getText());
            else json.skipChildren();
        }
    }

    private Entry entry(String tensor) throws IOException {
        String type = "";
        List<Long> shape = List.of();
        boolean shaped = false;
        List<Long> offsets = List.of();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "dtype" -> {
                    if (value == JsonToken.VALUE_STRING) type = json.getText();
                    else json.skipChildren();
                }
                case "shape" -> {
                    shape = numbers(value, LONGEST_SHAPE, tensor + " has no usable shape");
                    shaped = true;
                }
                case "data_offsets" -> offsets = numbers(value, 2, tensor + " lies outside the file");
                default -> json.skipChildren();
            }
        }
        if (!shaped) throw damaged(tensor + " has no shape");
        boolean inside = offsets.size() == 2 && offsets.getLast() >= offsets.getFirst();
        if (!inside || offsets.getLast() > end - start) throw damaged(tensor + " lies outside the file");
        long bytes = offsets.getLast() - offsets.getFirst();
        if (bytes != size(tensor, type, shape)) throw damaged(tensor + " does not fill its shape");
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        return new Entry(type, sizes, start + offsets.getFirst(), bytes);
    }

    /** An array of whole numbers that are not negative. */
    private List<Long> numbers(JsonToken value, int most, String otherwise) throws IOException {
        if (value != JsonToken.START_ARRAY) throw damaged(otherwise);
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!fits || json.getLongValue() < 0 || numbers.size() == most) throw damaged(otherwise);
            numbers.add(json.getLongValue());
        }
        if (json.currentToken() != JsonToken.END_ARRAY) throw damaged(otherwise);
        return numbers;
    }

    private long size(String tensor, String type, List<Long> shape) {
        long bytes = switch (type) {
            case "F16", "BF16" -> 2;
            case "F32" -> 4;
            case "F64", "I64" -> 8;
            default ->
                throw damaged(
                        "%s has dtype %s, supported are F64, F32, F16, BF16, I64".formatted(tensor, clipped(type)));
        };
        boolean empty = shape.contains(0L);
        for (long s : shape) {
            long most = empty ? Integer.MAX_VALUE : end; // LibTorch multiplies the sizes of empty tensors too
            if (s > 0 && bytes > most / s) throw damaged(tensor + " has the shape " + shape);
            bytes *= Math.max(s, 1);
        }
        return empty ? 0 : bytes;
    }

    private void checkApart(Map<String, Entry> entries) {
        long taken = start;
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().offset())
                .thenComparingLong(e -> e.getValue().bytes()));
        for (Map.Entry<String, Entry> e : sorted) {
            if (e.getValue().bytes() > 0 && e.getValue().offset() < taken)
                throw damaged("tensor " + clipped(e.getKey()) + " overlaps another");
            taken = Math.max(taken, e.getValue().offset() + e.getValue().bytes());
        }
    }

    private static String clipped(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= LONGEST_NAME ? clean : clean.substring(0, LONGEST_NAME) + "...";
    }

    private TensorException damaged(String how) {
        return damaged(file, how);
    }

    static TensorException damaged(Path file, String how) {
        return new TensorException(
                file + " is not a usable safetensors file: " + how + ". Delete it and make it again.");
    }
}
