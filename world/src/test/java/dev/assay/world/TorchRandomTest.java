package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Against torch's own numbers: a recorded file, and the LibTorch that runs here. */
class TorchRandomTest {
    /** torch takes log, sin and cos in fp32 by its own polynomials; 8 units in the last place of a number near 1. */
    private static final float NORMAL = 5e-7f;

    @Test
    void magnitudesOfThePublishedWorldAreFoundAgain() {
        Path file = Fixtures.only("synth16k_sigma_seed", ".safetensors");
        int seed = Integer.parseInt(file.getFileName().toString().replaceAll(".*seed|\\.safetensors", ""));
        try (var scope = Scope.open()) {
            float[] theirs = Safetensors.read(file).get("sigma_f32").floats();
            float[] ours =
                    Presets.named("synth-16k-v2").config().stdMagnitudes().generate(theirs.length, seed);
            Close.check(ours, theirs, NORMAL);
        }
    }

    @Test
    void normalsAreTorchsOfEveryLengthAndInSequence() {
        var lengths = new Random(5);
        for (int seed = 0; seed < 60; seed++) {
            torch.manual_seed(seed);
            var ours = new TorchRandom(seed);
            for (int call = 0; call < 4; call++) {
                int n = 1 + lengths.nextInt(call % 2 == 0 ? 24 : 200);
                Close.check(ours.normals(n), torchNormals(n), 4 * NORMAL);
            }
        }
    }

    @Test
    void doubleNormalsAndUniformsAreTorchs() {
        for (int n : new int[] {3, 15, 16, 17, 31, 240}) {
            torch.manual_seed(n);
            var ours = new TorchRandom(n);
            Close.check(ours.doubleNormals(n), torchDoubleNormals(n), 1e-13);
            assertThat(ours.uniforms(n)).containsExactly(torchUniforms(n));
        }
    }

    private static float[] torchNormals(int n) {
        try (var scope = Scope.open()) {
            return floats(torch.randn(n), n);
        }
    }

    private static float[] torchUniforms(int n) {
        try (var scope = Scope.open()) {
            return floats(torch.rand(n), n);
        }
    }

    private static float[] floats(Tensor tensor, int n) {
        var out = new float[n];
        new FloatPointer(tensor.data_ptr_float()).get(out);
        return out;
    }

    private static double[] torchDoubleNormals(int n) {
        try (var scope = Scope.open()) {
            var type = new TensorOptions().dtype(new ScalarTypeOptional(torch.ScalarType.Double));
            var out = new double[n];
            new DoublePointer(torch.randn(new long[] {n}, new GeneratorOptional(), type)
                            .data_ptr_double())
                    .get(out);
            return out;
        }
    }
}
