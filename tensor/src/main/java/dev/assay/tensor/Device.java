package dev.assay.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/** The processor that tensors are computed on, and how many of its threads are used. */
public final class Device {
    private static final Set<String> FLAGS = cpuFlags();
    private static final boolean AMX = FLAGS.contains("amx_bf16");
    private static final boolean BF16 = FLAGS.contains("avx512_bf16");

    private static final String TORCH_VERSION = "2.10.0";

    private Device() {}

    /** Sets the number of threads of one tensor operation. */
    public static void threads(int n) {
        if (n < 1) throw new IllegalArgumentException("threads must be at least 1, was " + n);
        LibTorch.load();
        torch.set_num_threads(n);
    }

    public static int threads() {
        LibTorch.load();
        return torch.get_num_threads();
    }

    /** Processors that this process may use. */
    public static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** What tensors are computed with here, in words. */
    public static String describe() {
        return "CPU, LibTorch " + TORCH_VERSION + ", kernels " + capability() + ", bf16 products "
                + (AMX ? "on AMX" : BF16 ? "on AVX-512 bf16" : "emulated (fp32 is faster here)");
    }

    /** LibTorch's own name of the instruction set that its kernels were chosen for, for instance {@code AVX512}. */
    public static String capability() {
        LibTorch.load();
        return torch.get_cpu_capability().getString();
    }

    /** The element type in which products are fastest here: bf16 where the CPU multiplies it in hardware, else fp32. */
    public static DType fastest() {
        return AMX || BF16 ? DType.BF16 : DType.F32;
    }

    private static Set<String> cpuFlags() {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) return Set.of();
        try (var lines = Files.lines(info)) {
            return lines.filter(l -> l.startsWith("flags"))
                    .findFirst()
                    .map(l -> Set.of(l.substring(l.indexOf(':') + 1).trim().split("\\s+")))
                    .orElse(Set.of());
        } catch (IOException | UncheckedIOException e) {
            return Set.of(); // without the flags the choice is fp32, which is right everywhere and slow nowhere
        }
    }

    /** The most memory that this process has held, in bytes; 0 where the system does not tell. */
    public static long peakMemory() {
        return status("VmHWM:");
    }

    /** The memory that this process holds, in bytes; 0 where the system does not tell. */
    public static long residentMemory() {
        return status("VmRSS:");
    }

    private static long status(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith(name))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
