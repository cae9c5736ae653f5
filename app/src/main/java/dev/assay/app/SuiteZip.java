package dev.assay.app;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** A copy of runs as one zip file; the same copy gives the same bytes. What comes from others is unpacked with care. */
final class SuiteZip {
    private static final Pattern NAME = Pattern.compile("(control/)?(run\\.json|journal\\.jsonl)"
            + "|(suite|targets|page)\\.json|agents/(?!\\.\\.?/)[^/\\\\:]+/agent\\.json");
    /** Of all entries; the first instant that zip knows would be written with the time zone. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private static final long MOST = 8L << 30;

    private SuiteZip() {}

    static byte[] pack(Path folder) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            for (String name : names(folder)) {
                var entry = new ZipEntry(name);
                entry.setTimeLocal(TIME);
                zip.putNextEntry(entry);
                Files.copy(folder.resolve(name), zip);
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the runs can't be packed: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    /** Those of a copy that belong to it, in order. */
    static List<String> names(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(f -> folder.relativize(f).toString().replace('\\', '/'))
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be read: " + e.getMessage(), e);
        }
    }

    /** {@link IllegalArgumentException} if it is damaged or holds anything else. */
    static void unpack(byte[] zip, Path to) {
        long left = MOST;
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!NAME.matcher(entry.getName()).matches())
                    throw new IllegalArgumentException(
                            "there is a file among them that does not belong there: " + entry.getName());
                Path file = to.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                left = copy(in, file, left);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("they are no whole zip file: " + e.getMessage(), e);
        }
    }

    private static long copy(InputStream from, Path to, long most) throws IOException {
        long left = most;
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(to)) {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                left -= n;
                if (left < 0) throw new IllegalArgumentException("they are larger than " + (MOST >> 30) + " GiB");
                out.write(buffer, 0, n);
            }
        }
        return left;
    }
}
