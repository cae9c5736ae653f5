package dev.assay.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors lie and are computed: the processor, or one of the machine's GPUs. The static methods are about the
 * processor, its threads and this process.
 *
 * @param index which GPU, from 0 on; 0 for the other kinds
 */
public record Device(Kind kind, int index) {
    private static final Set<String> FLAGS = cpuFlags();
    private static final boolean AMX = FLAGS.contains("amx_bf16");
    private static final boolean BF16 = FLAGS.contains("avx512_bf16");

    private static final String TORCH_VERSION = "2.10.0";

    /** The processor and its memory. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    /** Nowhere: see {@link Kind#META}. */
    public static final Device META = new Device(Kind.META, 0);

    /** What a device is. */
    public enum Kind {
        CPU,
        CUDA,
        /**
         * LibTorch's device of tensors that have a shape and no numbers. What is computed there costs nothing, and fails
         * where tensors of different devices meet: it shows on any machine that a pass moves all that it must.
         */
        META
    }

    /** GPU number {@code index}, whether or not it is there. */
    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /** The GPUs that LibTorch finds: none where its libraries are the processor's alone. */
    public static List<Device> gpus() {
        return Gpus.FOUND;
    }

    /** What is looked for once. */
    private static final class Gpus {
        static final boolean BUILT_FOR = builtForCuda();
        static final List<Device> FOUND = BUILT_FOR ? found() : List.of();

        private static List<Device> found() {
            LibTorch.load();
            int count = torch.cuda_is_available() ? torch.cuda_device_count() : 0;
            return IntStream.range(0, count).mapToObj(Device::cuda).toList();
        }
    }

    /**
     * Reads a choice of devices: {@code auto} (all GPUs, or the processor where there is none), {@code cpu}, {@code cuda}
     * (all GPUs), or a list of GPUs such as {@code cuda:0,cuda:1}.
     *
     * @throws TensorException if it is none, or a device is not there
     */
    public static List<Device> choose(String text) {
        if (text.equals("cpu")) return List.of(CPU);
        if (!text.matches("auto|cuda|cuda:\\d{1,3}(,cuda:\\d{1,3})*"))
            throw new TensorException(
                    "\"" + text + "\" is no device; give auto, cpu, cuda, or GPUs such as cuda:0 or cuda:0,cuda:1");
        List<Device> there = gpus();
        if (text.equals("auto")) return there.isEmpty() ? List.of(CPU) : there;
        if (there.isEmpty())
            throw new TensorException(
                    "the device " + text + " is not there: " + noGpu() + "; --device cpu does without");
        List<Device> wanted = text.equals("cuda")
                ? there
                : Arrays.stream(text.split(","))
                        .map(name -> cuda(Integer.parseInt(name.substring(name.indexOf(':') + 1))))
                        .distinct()
                        .toList();
        for (Device device : wanted)
            if (!there.contains(device))
                throw new TensorException("there is no device " + device + "; this machine has " + there);
        return wanted;
    }

    /** Whether LibTorch's libraries for CUDA are on the class path: the Maven profile {@code cuda} puts them there. */
    private static boolean builtForCuda() {
        String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu/";
        return Stream.of("libtorch_cuda.so", "torch_cuda.dll")
                .anyMatch(name -> torch.class.getResource(folder + name) != null);
    }

    private static String noGpu() {
        return Gpus.BUILT_FOR
                ? "LibTorch finds no GPU, or not NVIDIA's driver and the libraries of CUDA 13 (docs/runtime.md)"
                : "this build has the processor's libraries alone (build with -Pcuda; docs/runtime.md)";
    }

    /** The GPUs and their memory, or why there are none, in words. */
    public static String describeGpus() {
        List<Device> gpus = gpus();
        return gpus.isEmpty()
                ? "none: " + noGpu()
                : gpus.stream()
                        .map(gpu -> String.format(
                                Locale.ROOT,
                                "%s with %.1f GiB, %.1f GiB free",
                                gpu,
                                gpu.memory().orElse(0) / 0x1p30,
                                gpu.freeMemory().orElse(0) / 0x1p30))
                        .collect(Collectors.joining("; "));
    }

    /** Whether it is the processor, whose memory is this process's. */
    public boolean isCpu() {
        return kind == Kind.CPU;
    }

    /** A GPU's memory in bytes that nobody uses; empty for other devices. */
    public OptionalLong freeMemory() {
        if (kind != Kind.CUDA) return OptionalLong.empty();
        torch.emptyCache(); // what LibTorch keeps for later
        return OptionalLong.of(torch.getMemoryInfo((byte) index).first());
    }

    /** A GPU's memory in bytes; empty for other devices. */
    public OptionalLong memory() {
        return kind == Kind.CUDA
                ? OptionalLong.of(torch.getMemoryInfo((byte) index).second())
                : OptionalLong.empty();
    }

    /** The element type in which products are fastest on this device. */
    public DType fastestType() {
        return kind == Kind.CUDA ? DType.BF16 : fastest();
    }

    org.bytedeco.pytorch.Device torch() {
        return new org.bytedeco.pytorch.Device(toString());
    }

    /** LibTorch's name of it: {@code cpu}, {@code cuda:0}. */
    @Override
    public String toString() {
        return switch (kind) {
            case CPU -> "cpu";
            case CUDA -> "cuda:" + index;
            case META -> "meta";
        };
    }

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
