package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each choice is made once in a process, so each case gets one. */
class KernelChoiceTest {

    /** A process that says which kernels it got. */
    static final class Chosen {
        public static void main(String[] arguments) {
            System.out.println(Kernels.best().describe() + ", panels of "
                    + PanelKernels.best().width());
        }
    }

    @Test
    void takesTheVectorApi() throws IOException, InterruptedException {
        assertThat(chosen("--add-modules=jdk.incubator.vector")).contains("Vector API");
    }

    @Test
    void goesOnWithoutTheVectorApi() throws IOException, InterruptedException {
        assertThat(chosen()).contains("scalar, panels of 8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--add-modules=jdk.incubator.vector", "-Dany=thing"})
    void takesTheObviousOnesIfTold(String option) throws IOException, InterruptedException {
        assertThat(chosen(option, "-Dassay.kernels=scalar")).contains("scalar, panels of 8");
    }

    private static String chosen(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Chosen.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
