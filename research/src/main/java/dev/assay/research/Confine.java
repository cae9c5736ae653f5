package dev.assay.research;

import java.util.Arrays;
import java.util.List;

/**
 * A process that gives up its rights and then becomes another program: {@code cpu-seconds file-bytes landlock|landlock-with-network|limits
 * readable:paths writable:paths command…}. Landlock holds for a thread and what comes of it, and a running Java has many
 * threads, so the rights are given up before the Java that trains begins.
 */
public final class Confine {
    static final String LANDLOCK = "landlock";
    static final String LANDLOCK_WITH_NETWORK = "landlock-with-network";
    private static final int COMMAND = 5;

    private Confine() {}

    public static void main(String[] args) {
        Native.dieWithParent();
        Native.limit(Native.Limit.CPU_SECONDS, Long.parseLong(args[0]));
        Native.limit(Native.Limit.FILE_BYTES, Long.parseLong(args[1]));
        Native.limit(Native.Limit.CORE_BYTES, 0);
        if (args[2].startsWith(LANDLOCK))
            Native.landlock(paths(args[3]), paths(args[4]), args[2].equals(LANDLOCK_WITH_NETWORK));
        List<String> command = Arrays.asList(args).subList(COMMAND, args.length);
        Native.become(command).ifPresent(why -> {
            throw new ResearchException(why);
        });
    }

    private static List<String> paths(String list) {
        return Arrays.stream(list.split(":")).filter(p -> !p.isEmpty()).toList();
    }
}
