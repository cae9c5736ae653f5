package dev.assay.research;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/** The calls of Linux that confine a process: Landlock, limits, and becoming another program. */
final class Native {
    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final long CREATE_RULESET = 444;
    private static final long ADD_RULE = 445;
    private static final long RESTRICT_SELF = 446;
    private static final int PATH_BENEATH = 1;
    private static final int ASK_VERSION = 1;
    private static final int O_PATH_CLOEXEC = 0x200000 | 0x80000;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SIGKILL = 9;

    /** Rights of Landlock by their bits; those above come with later versions. */
    static final long READ = 1 | 1 << 2 | 1 << 3; // execute, read files, read folders

    private static final long FILE_RIGHTS = 1 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15;

    enum Limit {
        CPU_SECONDS(0),
        FILE_BYTES(1),
        CORE_BYTES(4);

        private final int number;

        Limit(int number) {
            this.number = number;
        }
    }

    private static final MethodHandle SYSCALL =
            handle("syscall", 1, FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG));
    private static final MethodHandle PRCTL =
            handle("prctl", 1, FunctionDescriptor.of(INT, INT, LONG, LONG, LONG, LONG));
    private static final MethodHandle OPEN = handle("open", 2, FunctionDescriptor.of(INT, ADDRESS, INT, INT));
    private static final MethodHandle SETRLIMIT = handle("setrlimit", -1, FunctionDescriptor.of(INT, INT, ADDRESS));
    private static final MethodHandle EXECV = handle("execv", -1, FunctionDescriptor.of(INT, ADDRESS, ADDRESS));

    private Native() {}

    private static MethodHandle handle(String name, int variadicFrom, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new ResearchException("this system has no " + name + "; no Linux?"));
        return variadicFrom < 0
                ? linker.downcallHandle(function, type)
                : linker.downcallHandle(function, type, Linker.Option.firstVariadicArg(variadicFrom));
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (Throwable e) {
            throw new IllegalStateException("a call of the system failed to be made", e);
        }
    }

    /** Version of Landlock in this kernel; 0 if there is none. */
    static int landlockVersion() {
        return (int) Math.max(0, call(SYSCALL, CREATE_RULESET, 0L, 0L, (long) ASK_VERSION, 0L));
    }

    private static long allRights(int version) {
        int bits = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
        return (1L << bits) - 1;
    }

    /**
     * From here on this thread, and what it becomes, can read the paths {@code readable} and below, write below {@code
     * writable}, and nothing else of the file system; where the kernel can, no TCP (unless {@code network}) and no signals
     * to others.
     */
    static void landlock(List<String> readable, List<String> writable, boolean network) {
        int version = landlockVersion();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rules = arena.allocate(24, 8);
            rules.set(LONG, 0, allRights(version));
            rules.set(LONG, 8, version >= 4 && !network ? 3 : 0);
            rules.set(LONG, 16, version >= 6 ? 3 : 0);
            long size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
            long set = call(SYSCALL, CREATE_RULESET, rules.address(), size, 0L, 0L);
            if (set < 0) throw new ResearchException("Landlock refused a set of rules");
            for (String path : readable) allow(arena, set, path, READ);
            for (String path : writable) allow(arena, set, path, allRights(version));
            if (call(PRCTL, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0
                    || call(SYSCALL, RESTRICT_SELF, set, 0L, 0L, 0L) != 0)
                throw new ResearchException("Landlock did not close");
        }
    }

    private static void allow(Arena arena, long set, String path, long rights) {
        long file = call(OPEN, arena.allocateFrom(path), O_PATH_CLOEXEC, 0);
        if (file < 0) return; // what is not there needs no rule
        boolean folder = java.nio.file.Files.isDirectory(java.nio.file.Path.of(path));
        MemorySegment rule = arena.allocate(16, 8);
        rule.set(LONG, 0, folder ? rights : rights & FILE_RIGHTS & allRights(landlockVersion()));
        rule.set(INT, 8, (int) file);
        if (call(SYSCALL, ADD_RULE, set, (long) PATH_BENEATH, rule.address(), 0L) != 0)
            throw new ResearchException("Landlock refused a rule for " + path);
    }

    /** Dies with the thread that started it. */
    static void dieWithParent() {
        call(PRCTL, PR_SET_PDEATHSIG, (long) SIGKILL, 0L, 0L, 0L);
    }

    static void limit(Limit limit, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(16, 8);
            pair.set(LONG, 0, value);
            pair.set(LONG, 8, value);
            if (call(SETRLIMIT, limit.number, pair) != 0)
                throw new ResearchException("the limit " + limit + " was refused");
        }
    }

    /** Becomes another program; returns only if that failed. */
    static Optional<String> become(List<String> command) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(ADDRESS, command.size() + 1L);
            for (int i = 0; i < command.size(); i++) words.setAtIndex(ADDRESS, i, arena.allocateFrom(command.get(i)));
            words.setAtIndex(ADDRESS, command.size(), MemorySegment.NULL);
            call(EXECV, arena.allocateFrom(command.getFirst()), words);
            return Optional.of(command.getFirst() + " can't be started");
        }
    }
}
