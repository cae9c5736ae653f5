package dev.assay.sae;

import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * NumPy's {@code .npz}: a zip of {@code .npy} arrays. Read are little-endian f2, f4 and f8 in C order, as fp32 (format
 * versions 1 to 3 of numpy.lib.format).
 */
final class Npz {
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    private Npz() {}

    /** All arrays by name, without {@code .npy}. */
    static Map<String, Tensor> read(Path file) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        try (var zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>)
                    () -> zip.stream().map(e -> (ZipEntry) e).iterator()) {
                if (!entry.getName().endsWith(".npy")) continue;
                String name = entry.getName().substring(0, entry.getName().length() - 4);
                try (InputStream in = zip.getInputStream(entry)) {
                    out.put(name, array(in, file, name));
                }
            }
            return out;
        } catch (ZipException e) {
            throw new SaeFormatException(
                    file + " is not a zip of arrays: " + e.getMessage() + ". Download it again.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Tensor array(InputStream in, Path file, String name) throws IOException {
        String header = header(in, file, name);
        String type = find(DESCR, header, file, name);
        if (!find(ORDER, header, file, name).equals("False")) throw damaged(file, name, "it is in Fortran order");
        long[] shape = Arrays.stream(find(SHAPE, header, file, name).split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        long count = 1;
        for (long s : shape) count = s > 0 && count > Integer.MAX_VALUE / s ? Integer.MAX_VALUE : count * s;
        return Tensor.of(values(in, type, (int) count, file, name), shape);
    }

    private static String header(InputStream in, Path file, String name) throws IOException {
        byte[] start = in.readNBytes(8);
        if (start.length < 8 || !Arrays.equals(start, 0, 6, MAGIC, 0, 6))
            throw damaged(file, name, "it is no .npy array");
        int lengthBytes = start[6] == 1 ? 2 : 4;
        byte[] length = Arrays.copyOf(in.readNBytes(lengthBytes), 4);
        int bytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (bytes < 0 || bytes > 1 << 20) throw damaged(file, name, "its header's length is given as " + bytes);
        return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    }

    private static String find(Pattern pattern, String header, Path file, String name) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) throw damaged(file, name, "its header is " + header.strip());
        return matcher.group(1);
    }

    private static float[] values(InputStream in, String type, int count, Path file, String name) throws IOException {
        int width = switch (type) {
            case "<f2" -> 2;
            case "<f4" -> 4;
            case "<f8" -> 8;
            default -> throw damaged(file, name, "its type is " + type + ", supported are <f2, <f4 and <f8");
        };
        var out = new float[count];
        int chunk = 1 << 16;
        for (int from = 0; from < count; from += chunk) {
            int length = Math.min(chunk, count - from);
            byte[] bytes = in.readNBytes(length * width);
            if (bytes.length < length * width) throw damaged(file, name, "it ends before its shape is filled");
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < length; i++)
                out[from + i] = switch (width) {
                    case 2 -> Float.float16ToFloat(buffer.getShort(2 * i));
                    case 4 -> buffer.getFloat(4 * i);
                    default -> (float) buffer.getDouble(8 * i);
                };
        }
        return out;
    }

    private static SaeFormatException damaged(Path file, String name, String how) {
        return new SaeFormatException("array " + name + " of " + file + " is not usable: " + how
                + ". Download it again, or save it with numpy.savez.");
    }
}
