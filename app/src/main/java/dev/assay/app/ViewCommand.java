package dev.assay.app;

import dev.assay.app.view.Export;
import dev.assay.app.view.ViewServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "view",
        description = {
            "Shows audits, organisms, autoencoders and certificates as a web page on this machine (docs/view.md).",
            "It follows folders that are being written, and writes nothing into them."
        },
        footer = {
            "",
            "Examples:",
            "  assay view                                   all that lies in runs/",
            "  assay view runs/audits                       while `assay audit run` is still at it",
            "  assay view runs/audits other/audits          two folders, to compare them",
            "  assay view runs/audits certificate.json      with what `assay audit certify --json` printed",
            "  assay view runs/audits --export page         the same as files for any web server",
            "  assay view runs/audits --live flattery-td-sft   with a model to look into, token by token"
        })
final class ViewCommand implements Callable<Integer> {
    private static final int PORT = 7007;

    @Parameters(paramLabel = "DIR", arity = "0..*", description = "folders of runs, or certificates (default: runs)")
    List<Path> folders = new ArrayList<>();

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "address to bind to (default: ${DEFAULT-VALUE})")
    String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "" + PORT,
            description = "0 takes a free one (default: ${DEFAULT-VALUE})")
    int port = PORT;

    @Option(names = "--no-open", description = "does not open a browser")
    boolean closed;

    @Option(names = "--export", paramLabel = "OUT", description = "writes the page as files into OUT and ends")
    @Nullable
    Path export;

    @Option(
            names = "--live",
            paramLabel = "TARGET",
            arity = "0..1",
            fallbackValue = Base.EMBEDDED,
            description =
                    "a model that the page looks into: an organism of the suite, a folder, a GGUF file, or smollm2")
    @Nullable
    String live;

    @Option(
            names = "--twin",
            paramLabel = "NAME",
            description = "what it is compared with (default: a twin of its recipe, else what it was trained from)")
    @Nullable
    String twin;

    @Mixin
    SaeOptions sae = new SaeOptions();

    @Mixin
    SuiteOptions suite = new SuiteOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Path> shown = folders.isEmpty() ? List.of(Path.of("runs")) : folders;
        for (Path folder : shown)
            if (!Files.exists(folder))
                throw new UserException("there is no " + folder + " to show: name a folder of runs");
        if (export != null && live != null)
            throw new UserException("--export writes files, in which there is no model to look into: leave out --live");
        if (export != null) return export(shown, export);
        if (port < 0 || port > 65535) throw new UserException("--port takes 0 to 65535, not " + port);
        try (LiveGround ground = ground();
                ViewServer server = ViewServer.start(shown, host, port, ground.live())) {
            if (json) ModelCommand.print(Map.of("url", server.url()));
            else System.out.println(server.url());
            System.out.flush();
            if (!closed) open(server.url());
            Runtime.getRuntime().addShutdownHook(new Thread(ground::close)); // a signal does not come back here
            System.err.println("Ctrl-C ends it.");
            server.await();
        }
        return 0;
    }

    private LiveGround ground() {
        if (live == null) {
            if (twin != null || sae.folder != null)
                throw new UserException("--twin and --sae are of a model that is looked into: name it by --live");
            return LiveGround.none();
        }
        if (!Addresses.loopback(host))
            throw new UserException(
                    "--live computes for whoever asks, so it is for this machine alone: leave out --host,"
                            + " or serve the model by assay serve, which asks for a token");
        return LiveGround.of(suite.named(), live, Optional.ofNullable(twin), sae);
    }

    private int export(List<Path> shown, Path to) throws IOException {
        int files;
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            files = Export.write(shown, to, (done, all) -> progress.at("documents", all, done));
        }
        if (json) ModelCommand.print(Map.of("folder", to.toString(), "files", files));
        else System.out.println(files + " files in " + to + "; to look at them: jwebserver -d " + to.toAbsolutePath());
        return 0;
    }

    /** By the system's own means; where there are none, the address was printed. */
    private static void open(String url) {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        List<String> command = os.contains("mac")
                ? List.of("open", url)
                : os.contains("win")
                        ? List.of("rundll32", "url.dll,FileProtocolHandler", url)
                        : List.of("xdg-open", url);
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            System.err.println("no browser could be opened: go to the address yourself");
        }
    }
}
