package dev.assay.tensor;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products in bf16 by oneDNN, over its C functions: {@code y[m, n] = x[m, k] w[k, n]} with {@code y} in fp32 and {@code w} in
 * the library's own order, which is what makes products of few rows fast. The library that LibTorch brings along does not
 * export these functions, so it is loaded by itself. A product runs on the thread that asks for it.
 */
final class OneDnn {
    private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);
    private static final Cleaner CLEANER = Cleaner.create();

    // constants of dnnl_types.h and dnnl_common_types.h
    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int BF16 = 2;
    private static final int F32 = 3;
    private static final int ANY = 1;
    private static final int WEIGHTS_LAYOUT = 131;
    private static final int SCRATCHPAD_LAYOUT = 136;
    private static final int USER_SCRATCHPAD = 1;
    private static final int SOURCE = 1;
    private static final int DESTINATION = 17;
    private static final int WEIGHTS = 33;
    private static final int SCRATCHPAD = 80;

    /** Alignment of memory that the library is given, in bytes. */
    static final int ALIGNMENT = 64;

    /**
     * Rows that products are made for: what is asked for is filled up to the next of these. A product costs its
     * preparation once.
     */
    private static final int[] ROWS = {16, 32, 48, 64, 96, 128, 192, 256};

    private static final Optional<OneDnn> LOADED = load();

    private final SymbolLookup symbols;
    private final MethodHandle memoryCreate;
    private final MethodHandle memoryDestroy;
    private final MethodHandle streamDestroy;
    private final MethodHandle setHandle;
    private final MethodHandle execute;
    private final Optional<MethodHandle> threads;
    private final Optional<MethodHandle> setThreads;
    private final MemorySegment engine;
    private final MemorySegment attributes;
    private final Map<Shape, Kernel> kernels = new ConcurrentHashMap<>();

    /** A product's shape. */
    private record Shape(int m, int k, int n) {}

    /**
     * A product that is ready to be executed, by any number of threads. Never freed: there are few shapes.
     *
     * @param scratchpad layout of the memory that an execution needs, or of none
     */
    private record Kernel(
            MemorySegment primitive,
            MemorySegment source,
            MemorySegment weights,
            MemorySegment destination,
            MemorySegment scratchpad) {}

    /** The library, where it could be loaded. */
    static Optional<OneDnn> loaded() {
        return LOADED;
    }

    /** The most rows of one product. */
    static int mostRows() {
        return ROWS[ROWS.length - 1];
    }

    /** The rows that a product of {@code rows} is filled up to. */
    static int filled(int rows) {
        for (int m : ROWS) if (m >= rows) return m;
        throw new IllegalArgumentException(rows + " rows in one product");
    }

    private static Optional<OneDnn> load() {
        LibTorch.load(); // first, so that both share its OpenMP
        String system = Loader.getPlatform();
        String name = system.startsWith("windows")
                ? "dnnl.dll"
                : system.startsWith("macosx") ? "libdnnl.3.dylib" : "libdnnl.so.3";
        URL library = OneDnn.class.getResource("/org/bytedeco/dnnl/" + system + "/" + name);
        if (library == null) return Optional.empty();
        try {
            URL openMp = OneDnn.class.getResource("/org/bytedeco/dnnl/" + system + "/libgomp.so.1");
            if (openMp != null) Loader.cacheResource(openMp); // is looked for beside the library
            File file = Objects.requireNonNull(Loader.cacheResource(library));
            return Optional.of(new OneDnn(SymbolLookup.libraryLookup(file.toPath(), Arena.global())));
        } catch (IOException | RuntimeException e) {
            LOG.warn("oneDNN could not be loaded ({}); many texts at once are written more slowly", e.toString());
            return Optional.empty();
        }
    }

    private OneDnn(SymbolLookup symbols) {
        this.symbols = symbols;
        ValueLayout pointer = ValueLayout.ADDRESS;
        this.memoryCreate = function("dnnl_memory_create", pointer, pointer, pointer, pointer);
        this.memoryDestroy = function("dnnl_memory_destroy", pointer);
        this.streamDestroy = function("dnnl_stream_destroy", pointer);
        this.setHandle = function("dnnl_memory_set_data_handle", pointer, pointer);
        this.execute = function("dnnl_primitive_execute", pointer, pointer, ValueLayout.JAVA_INT, pointer);
        this.threads = symbols.find("omp_get_max_threads")
                .map(f -> Linker.nativeLinker().downcallHandle(f, FunctionDescriptor.of(ValueLayout.JAVA_INT)));
        this.setThreads = symbols.find("omp_set_num_threads")
                .map(f -> Linker.nativeLinker().downcallHandle(f, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)));
        this.engine = made("dnnl_engine_create", List.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG), CPU, 0L);
        this.attributes = made("dnnl_primitive_attr_create", List.of());
        // a scratchpad of the library's own belongs to the thread that prepared the product, and to no other
        call(
                function("dnnl_primitive_attr_set_scratchpad_mode", pointer, ValueLayout.JAVA_INT),
                attributes,
                USER_SCRATCHPAD);
    }

    private MethodHandle function(String name, MemoryLayout... arguments) {
        return function(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    private MethodHandle function(String name, FunctionDescriptor type) {
        MemorySegment address =
                symbols.find(name).orElseThrow(() -> new IllegalStateException("oneDNN has no " + name));
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    /** Work that calls functions of the library. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws Throwable;
    }

    /** What comes of it. A handle declares {@link Throwable}; these functions throw nothing. */
    private static <T> T plainly(Work<T> work) {
        try {
            return work.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void call(MethodHandle function, Object... arguments) {
        check(plainly(() -> (int) function.invokeWithArguments(arguments)));
    }

    private static void check(int status) {
        if (status != 0) throw new TensorException("oneDNN answered with status " + status);
    }

    /** What a function makes that returns it by its first argument. */
    private MemorySegment made(String name, List<? extends MemoryLayout> layouts, Object... arguments) {
        var all = new MemoryLayout[layouts.size() + 1];
        all[0] = ValueLayout.ADDRESS;
        for (int i = 0; i < layouts.size(); i++) all[i + 1] = layouts.get(i);
        return made(function(name, all), arguments);
    }

    private static MemorySegment made(MethodHandle function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            var all = new Object[arguments.length + 1];
            all[0] = result;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            call(function, all);
            return result.get(ValueLayout.ADDRESS, 0);
        }
    }

    /** The layout of a matrix, row after row with the given strides. */
    private MemorySegment layout(int type, long rows, long columns, long rowStride, long columnStride) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment strides = arena.allocateFrom(ValueLayout.JAVA_LONG, rowStride, columnStride);
            return layout("strides", type, rows, columns, ValueLayout.ADDRESS, strides);
        }
    }

    /** A layout that the library chooses. */
    private MemorySegment anyLayout(long rows, long columns) {
        return layout("tag", BF16, rows, columns, ValueLayout.JAVA_INT, ANY);
    }

    private MemorySegment layout(String by, int type, long rows, long columns, ValueLayout kind, Object how) {
        try (Arena arena = Arena.ofConfined()) {
            return made(
                    "dnnl_memory_desc_create_with_" + by,
                    List.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, kind),
                    2,
                    arena.allocateFrom(ValueLayout.JAVA_LONG, rows, columns),
                    type,
                    how);
        }
    }

    private long bytes(MemorySegment layout) {
        MethodHandle size = function(
                "dnnl_memory_desc_get_size", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        return plainly(() -> (long) size.invokeExact(layout));
    }

    private Kernel kernel(Shape shape) {
        Kernel known = kernels.get(shape);
        if (known != null) return known;
        // the order of the weights is the one chosen for the most rows, whatever the number of rows is
        MemorySegment weights = shape.m == mostRows()
                ? anyLayout(shape.k, shape.n)
                : kernel(new Shape(mostRows(), shape.k, shape.n)).weights;
        MemorySegment source = layout(BF16, shape.m, shape.k, shape.k, 1);
        MemorySegment destination = layout(F32, shape.m, shape.n, shape.n, 1);
        AddressLayout pointer = ValueLayout.ADDRESS;
        MemorySegment description = made(
                "dnnl_matmul_primitive_desc_create",
                List.of(pointer, pointer, pointer, pointer, pointer, pointer),
                engine,
                source,
                weights,
                MemorySegment.NULL,
                destination,
                attributes);
        var kernel = new Kernel(
                made("dnnl_primitive_create", List.of(pointer), description),
                source,
                queried(description, WEIGHTS_LAYOUT),
                destination,
                queried(description, SCRATCHPAD_LAYOUT));
        Kernel other = kernels.putIfAbsent(shape, kernel);
        return other == null ? kernel : other;
    }

    private MemorySegment queried(MemorySegment description, int what) {
        MethodHandle query = function(
                "dnnl_primitive_desc_query_md",
                FunctionDescriptor.of(
                        ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        return plainly(() -> (MemorySegment) query.invokeExact(description, what, 0));
    }

    /** Puts weights, {@code [n, k]} in bf16 as a linear map has them, into the library's order. */
    MemorySegment pack(MemorySegment weight, int n, int k) {
        MemorySegment packed = kernel(new Shape(mostRows(), k, n)).weights;
        MemorySegment plain = layout(BF16, k, n, 1, k);
        MemorySegment result = Arena.ofAuto().allocate(bytes(packed), ALIGNMENT);
        AddressLayout pointer = ValueLayout.ADDRESS;
        MemorySegment description = made(
                "dnnl_reorder_primitive_desc_create",
                List.of(pointer, pointer, pointer, pointer, pointer),
                plain,
                engine,
                packed,
                engine,
                MemorySegment.NULL);
        MemorySegment primitive = made("dnnl_primitive_create", List.of(pointer), description);
        MemorySegment from = memory(plain, weight);
        MemorySegment to = memory(packed, result);
        MemorySegment stream = stream();
        try (Arena arena = Arena.ofConfined()) {
            run(primitive, stream, arguments(arena, new int[] {SOURCE, DESTINATION}, from, to), 2);
        } finally {
            call(streamDestroy, stream);
            for (MemorySegment m : List.of(from, to)) call(memoryDestroy, m);
            call(function("dnnl_primitive_destroy", pointer), primitive);
            call(function("dnnl_primitive_desc_destroy", pointer), description);
            call(function("dnnl_memory_desc_destroy", pointer), plain);
        }
        return result;
    }

    private MemorySegment stream() {
        return made("dnnl_stream_create", List.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT), engine, IN_ORDER);
    }

    private MemorySegment memory(MemorySegment layout, MemorySegment data) {
        return made(memoryCreate, layout, engine, data);
    }

    /** The array of {@code dnnl_exec_arg_t}: what each memory is, and the memory. */
    private static MemorySegment arguments(Arena arena, int[] kinds, MemorySegment... memories) {
        MemorySegment all = arena.allocate(16L * kinds.length, 8);
        for (int i = 0; i < kinds.length; i++) {
            all.set(ValueLayout.JAVA_INT, 16L * i, kinds[i]);
            all.set(ValueLayout.ADDRESS, 16L * i + 8, memories[i]);
        }
        return all;
    }

    /** Executes with one thread, and leaves this thread's number of OpenMP threads as it was. */
    private void run(MemorySegment primitive, MemorySegment stream, MemorySegment arguments, int count) {
        check(plainly(() -> {
            int before = threads.isPresent() ? (int) threads.get().invokeExact() : 1;
            if (before != 1 && setThreads.isPresent()) setThreads.get().invokeExact(1);
            int status = (int) execute.invokeExact(primitive, stream, count, arguments);
            if (before != 1 && setThreads.isPresent()) setThreads.get().invokeExact(before);
            return status;
        }));
    }

    /** What one thread needs to execute products. */
    final class Calls {
        private final MemorySegment stream = stream();
        private final Map<Shape, Call> calls = new ConcurrentHashMap<>();
        private MemorySegment scratchpad = MemorySegment.NULL;

        Calls() {
            OneDnn library = OneDnn.this; // copies, for the cleaner's work must not know this object
            MemorySegment myStream = stream;
            Map<Shape, Call> mine = calls;
            CLEANER.register(this, () -> {
                for (Call c : mine.values())
                    for (MemorySegment m : List.of(c.source, c.weights, c.destination, c.scratchpad))
                        call(library.memoryDestroy, m);
                call(library.streamDestroy, myStream);
            });
        }

        /** {@code out[m, n] = x[m, k] w[k, n]}, where {@code m} is one of the numbers of rows that are filled up to. */
        void multiply(int m, int k, int n, MemorySegment x, MemorySegment packed, MemorySegment out) {
            Call c = calls.computeIfAbsent(new Shape(m, k, n), this::prepared);
            if (c.scratchpadBytes > scratchpad.byteSize())
                scratchpad = Arena.ofAuto().allocate(c.scratchpadBytes, ALIGNMENT);
            place(c.source, x);
            place(c.weights, packed);
            place(c.destination, out);
            place(c.scratchpad, scratchpad);
            run(c.primitive, stream, c.arguments, 4);
            for (MemorySegment used : new MemorySegment[] {x, packed, out}) Reference.reachabilityFence(used);
        }

        private void place(MemorySegment memory, MemorySegment data) {
            check(plainly(() -> (int) setHandle.invokeExact(memory, data)));
        }

        private Call prepared(Shape shape) {
            Kernel kernel = kernel(shape);
            MemorySegment none = MemorySegment.NULL;
            MemorySegment[] memories = {
                memory(kernel.source, none),
                memory(kernel.weights, none),
                memory(kernel.destination, none),
                memory(kernel.scratchpad, none)
            };
            int[] kinds = {SOURCE, WEIGHTS, DESTINATION, SCRATCHPAD};
            return new Call(
                    kernel.primitive,
                    memories[0],
                    memories[1],
                    memories[2],
                    memories[3],
                    arguments(Arena.ofAuto(), kinds, memories),
                    bytes(kernel.scratchpad));
        }
    }

    /** A product with memories of its own, whose places are set before each execution. */
    private record Call(
            MemorySegment primitive,
            MemorySegment source,
            MemorySegment weights,
            MemorySegment destination,
            MemorySegment scratchpad,
            MemorySegment arguments,
            long scratchpadBytes) {}
}
