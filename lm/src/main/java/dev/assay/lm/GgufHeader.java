package dev.assay.lm;

import dev.assay.lm.Gguf.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a GGUF file, read with nothing taken on trust: whatever the bytes are, the result is a valid header or
 * a {@link ModelFormatException}, and no more memory is used than a small multiple of the file's size.
 */
record GgufHeader(Map<String, Object> metadata, Map<String, TensorInfo> tensors) {

    static GgufHeader parse(Path file, MemorySegment data) {
        return new Parser(file, data).header();
    }

    /** A cursor over the bytes. */
    private static final class Parser {
        private static final ValueLayout.OfShort SHORT =
                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private static final int MAGIC = 0x46554747; // "GGUF"
        private static final long MAX_ARRAY = 1 << 24; // the largest vocabularies have 2^18 entries
        private static final long MAX_STRING = 1 << 24; // the longest chat templates have 2^14 bytes
        private static final int MAX_FIELD = 120; // characters of a name or value in a message
        private static final int MAX_DIMENSIONS = 4;
        private static final int INT_BYTES = 4;
        private static final int LONG_BYTES = 8;
        private static final int STRING = 8; // a value type, as is the next
        private static final int ARRAY = 9;

        private final Path file;
        private final MemorySegment data;
        private long position;
        private String field = "header"; // where the cursor is, for messages

        Parser(Path file, MemorySegment data) {
            this.file = file;
            this.data = data;
        }

        GgufHeader header() {
            checkMagic();
            long tensorCount = count(LONG_BYTES + INT_BYTES + INT_BYTES + LONG_BYTES);
            long keyCount = count(LONG_BYTES + INT_BYTES + 1);
            Map<String, Object> metadata = new LinkedHashMap<>();
            for (long i = 0; i < keyCount; i++) {
                entry(metadata, i);
            }
            List<TensorInfo> relative = new ArrayList<>();
            long alignment = alignment(metadata);
            for (long i = 0; i < tensorCount; i++) {
                relative.add(tensor(i, alignment));
            }
            long start = Math.ceilDiv(position, alignment) * alignment;
            return new GgufHeader(Collections.unmodifiableMap(metadata), place(relative, start));
        }

        private void checkMagic() {
            if (data.byteSize() < 24 || integer() != MAGIC) {
                throw damaged("is not GGUF: it should start with the letters GGUF", "give a .gguf file");
            }
            int version = integer();
            if (version != 2 && version != 3) {
                boolean swapped = Integer.reverseBytes(version) == 3 || Integer.reverseBytes(version) == 2;
                throw damaged(
                        swapped ? "is big-endian" : "has version " + Integer.toUnsignedString(version),
                        "versions 2 and 3 in little-endian order are supported: convert the model again");
            }
        }

        /** A count of things that take at least some bytes each, so it can't exceed what is left. */
        private long count(long leastBytes) {
            long count = longInteger();
            if (count < 0 || count > (data.byteSize() - position) / leastBytes) {
                throw damaged(
                        "a count of %s does not fit into the %d bytes left"
                                .formatted(Long.toUnsignedString(count), data.byteSize() - position),
                        "fetch the file again");
            }
            return count;
        }

        private void entry(Map<String, Object> metadata, long index) {
            field = "metadata " + index;
            String key = string();
            field = "metadata " + key;
            if (metadata.put(key, value(integer())) != null) {
                throw damaged("appears twice", "fetch the file again");
            }
        }

        private Object value(int type) {
            return switch (type) {
                case STRING -> string();
                case ARRAY -> array(integer());
                case 6 -> (double) Float.intBitsToFloat(integer());
                case 7 -> bytes(1) != 0;
                case 12 -> Double.longBitsToDouble(longInteger());
                default -> whole(type);
            };
        }

        private long whole(int type) {
            return switch (type) {
                case 0 -> bytes(1);
                case 1 -> (byte) bytes(1);
                case 2 -> bytes(2);
                case 3 -> (short) bytes(2);
                case 4 -> Integer.toUnsignedLong(integer());
                case 5 -> integer();
                case 7 -> bytes(1);
                case 10, 11 -> longInteger();
                default -> throw unknown(type);
            };
        }

        private ModelFormatException unknown(int type) {
            return damaged(
                    "has value type " + Integer.toUnsignedString(type),
                    "types 0 to 12 are known, arrays of arrays are not supported: fetch the file again");
        }

        private Object array(int type) {
            long count = count(type == STRING ? LONG_BYTES : 1);
            if (count > MAX_ARRAY) {
                throw damaged("has " + count + " elements, at most 2^24 are supported", "fetch the file again");
            }
            if (type == STRING) {
                List<String> strings = new ArrayList<>();
                for (long i = 0; i < count; i++) {
                    strings.add(string());
                }
                return Collections.unmodifiableList(strings);
            }
            need(count * width(type));
            return type == 6 || type == 12 ? decimals(type, (int) count) : wholes(type, (int) count);
        }

        private int width(int type) {
            return switch (type) {
                case 0, 1, 7 -> 1;
                case 2, 3 -> 2;
                case 4, 5, 6 -> INT_BYTES;
                case 10, 11, 12 -> LONG_BYTES;
                default -> throw unknown(type);
            };
        }

        private double[] decimals(int type, int count) {
            double[] numbers = new double[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = (double) value(type);
            }
            return numbers;
        }

        private long[] wholes(int type, int count) {
            long[] numbers = new long[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = whole(type);
            }
            return numbers;
        }

        private long alignment(Map<String, Object> metadata) {
            field = "metadata general.alignment";
            Object found = metadata.getOrDefault("general.alignment", 32L);
            if (!(found instanceof Long alignment)
                    || alignment < 8
                    || alignment > 1 << 20
                    || Long.bitCount(alignment) != 1) {
                throw damaged("is " + found, "it should be a power of two from 8 to 2^20: fetch the file again");
            }
            return alignment;
        }

        /** One entry of the tensor table; its offset is still counted from the start of the data. */
        private TensorInfo tensor(long index, long alignment) {
            field = "tensor " + index;
            String name = string();
            field = "tensor " + name;
            long[] shape = shape();
            GgmlType type = type(integer());
            long inner = shape[shape.length - 1];
            if (inner % type.blockSize() != 0) {
                throw damaged(
                        "has rows of %d numbers, %s stores blocks of %d".formatted(inner, type, type.blockSize()),
                        "fetch the file again");
            }
            long offset = longInteger();
            if (offset < 0 || offset % alignment != 0) {
                throw damaged(
                        "starts at %s, which is no multiple of %d".formatted(Long.toUnsignedString(offset), alignment),
                        "fetch the file again");
            }
            TensorInfo info = new TensorInfo(name, type, shape, offset, 0);
            return new TensorInfo(name, type, shape, offset, info.elements() / type.blockSize() * type.blockBytes());
        }

        private long[] shape() {
            int dimensions = integer();
            if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
                throw damaged(
                        "has " + Integer.toUnsignedString(dimensions) + " dimensions",
                        "1 to 4 are supported: fetch the file again");
            }
            long[] shape = new long[dimensions];
            long room = data.byteSize() * 2; // the smallest type has 4.5 bits a number
            for (int i = dimensions - 1; i >= 0; i--) {
                shape[i] = longInteger();
                if (shape[i] < 1 || shape[i] > room) {
                    throw damaged(
                            "has a dimension of %s, more than the whole file holds"
                                    .formatted(Long.toUnsignedString(shape[i])),
                            "fetch the file again");
                }
                room /= shape[i];
            }
            return shape;
        }

        private GgmlType type(int id) {
            return GgmlType.of(id)
                    .orElseThrow(() -> damaged(
                            "has type " + GgmlType.describe(id),
                            "supported are %s: quantize the model to one of these (llama-quantize), or take such a file"
                                    .formatted(GgmlType.supported())));
        }

        /** Counts offsets from the start of the file, and checks that every tensor lies inside it, apart from others. */
        private Map<String, TensorInfo> place(List<TensorInfo> relative, long start) {
            Map<String, TensorInfo> placed = new LinkedHashMap<>();
            for (TensorInfo info : relative) {
                field = "tensor " + info.name();
                if (info.offset() > data.byteSize() - start - info.bytes()) {
                    throw damaged(
                            "should have %d bytes from byte %s + %d on, the file has %d"
                                    .formatted(info.bytes(), start, info.offset(), data.byteSize()),
                            "the download was cut short: fetch the file again");
                }
                TensorInfo moved =
                        new TensorInfo(info.name(), info.type(), info.shape(), start + info.offset(), info.bytes());
                if (placed.put(info.name(), moved) != null) {
                    throw damaged("appears twice", "fetch the file again");
                }
            }
            checkApart(placed);
            return Collections.unmodifiableMap(placed);
        }

        private void checkApart(Map<String, TensorInfo> tensors) {
            long end = 0;
            for (TensorInfo info : tensors.values().stream()
                    .sorted(Comparator.comparingLong(TensorInfo::offset))
                    .toList()) {
                field = "tensor " + info.name();
                if (info.offset() < end) {
                    throw damaged("overlaps the tensor before it", "fetch the file again");
                }
                end = info.offset() + info.bytes();
            }
        }

        private String string() {
            long length = count(1);
            if (length > MAX_STRING) {
                throw damaged("has a string of " + length + " bytes, at most 2^24 are supported", "fetch it again");
            }
            byte[] text = data.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
            position += length;
            return new String(text, StandardCharsets.UTF_8);
        }

        private int bytes(int count) {
            need(count);
            int value = count == 1
                    ? Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, position))
                    : Short.toUnsignedInt(data.get(SHORT, position));
            position += count;
            return value;
        }

        private int integer() {
            need(INT_BYTES);
            position += INT_BYTES;
            return data.get(INT, position - INT_BYTES);
        }

        private long longInteger() {
            need(LONG_BYTES);
            position += LONG_BYTES;
            return data.get(LONG, position - LONG_BYTES);
        }

        private void need(long bytes) {
            if (bytes > data.byteSize() - position) {
                throw damaged("the file ends at byte " + data.byteSize(), "it was cut short: fetch it again");
            }
        }

        private ModelFormatException damaged(String found, String remedy) {
            return new ModelFormatException("%s: %s: %s; %s".formatted(file, clipped(field), clipped(found), remedy));
        }

        private static String clipped(String text) {
            String clean = text.replaceAll("\\p{Cntrl}", "?");
            return clean.length() <= MAX_FIELD ? clean : clean.substring(0, MAX_FIELD) + "...";
        }
    }
}
