package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseFolderTest {
    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    /** Arrays that NumPy wrote (fp32, fp16 and fp64), and tensors under Gemma Scope 2's names. */
    @ParameterizedTest
    @ValueSource(strings = {"release-npz", "release-safetensors"})
    void readsGemmaScopesLayouts(String name) {
        var golden = GoldenSae.given(name);
        try (InferenceSae sae = ReleaseFolder.read(golden.folder())) {
            assertThat(sae).isInstanceOf(JumpReluSae.class);
            golden.matches(sae);
        }
        Path file = golden.folder().resolve(name.replace("release-", "params."));
        try (InferenceSae sae = ReleaseFolder.read(file)) {
            golden.matches(sae);
        }
    }

    @Test
    void anotherFolderIsRefused() {
        assertThatExceptionOfType(SaeFormatException.class)
                .isThrownBy(() -> ReleaseFolder.read(folder))
                .withMessageContaining("params.npz");
    }

    private Path zip(String name, int version, String header, int data) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        bytes.writeBytes(new byte[] {(byte) header.length(), 0});
        if (version > 1) bytes.writeBytes(new byte[2]);
        bytes.writeBytes(header.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < data; i++) bytes.write(i % 4 == 3 ? 0x40 : 0); // 2.0f
        return zip(name, bytes.toByteArray());
    }

    private Path zip(String name, byte[] content) {
        Path file = folder.resolve("params.npz");
        try (var out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry(name));
            out.write(content);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void readsTheHeadersThatNumpyWrites() {
        Tensor scalar = Npz.read(zip("s.npy", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", 4))
                .get("s");
        assertThat(scalar.shape()).isEmpty();
        assertThat(scalar.item()).isEqualTo(2);
        Tensor row = Npz.read(zip("r.npy", 2, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12))
                .get("r");
        assertThat(row.floats()).containsExactly(2, 2, 2);
        Tensor none = Npz.read(zip("n.npy", 3, "{'descr':'<f4','fortran_order':False,'shape':(2,0)}", 0))
                .get("n");
        assertThat(none.shape()).containsExactly(2, 0);
        assertThat(Npz.read(zip("readme.txt", new byte[3]))).isEmpty();
    }

    private void refuses(Path file, String part) {
        assertThatExceptionOfType(SaeFormatException.class)
                .isThrownBy(() -> ReleaseFolder.read(folder))
                .withMessageContaining(file.toString())
                .withMessageContaining(part);
    }

    @Test
    void refusesDamage() throws IOException {
        String plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
        refuses(zip("W_dec.npy", 1, plain, 11), "ends before");
        refuses(zip("W_dec.npy", 1, plain.replace("False", "True"), 12), "Fortran");
        refuses(zip("W_dec.npy", 1, plain.replace("<f4", ">f4"), 12), ">f4");
        refuses(zip("W_dec.npy", 1, plain.replace("<f4", "<i8"), 24), "<i8");
        refuses(zip("W_dec.npy", 1, plain.replace("shape", "form"), 12), "header");
        refuses(zip("W_dec.npy", new byte[] {1, 2, 3}), "no .npy");
        refuses(zip("W_dec.npy", 1, plain, 12), "2 dimensions");
        refuses(zip("W_enc.npy", 1, plain, 12), "W_dec");
        Files.write(folder.resolve("params.npz"), new byte[] {1, 2, 3});
        refuses(folder.resolve("params.npz"), "not a zip");
    }
}
