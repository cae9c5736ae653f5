package dev.assay.app;

import dev.assay.app.serve.ServeException;
import dev.assay.app.view.ViewException;
import dev.assay.audit.inspect.EvalException;
import dev.assay.audit.oracle.OracleException;
import dev.assay.audit.petri.SeedException;
import dev.assay.audit.suite.SuiteException;
import dev.assay.audit.tool.ToolException;
import dev.assay.chat.ChatException;
import dev.assay.journal.JournalException;
import dev.assay.lm.ModelFormatException;
import dev.assay.lm.PromptException;
import dev.assay.lm.SiteException;
import dev.assay.organism.BehaviourException;
import dev.assay.research.ResearchException;
import dev.assay.sae.SaeException;
import dev.assay.tensor.TensorException;
import dev.assay.world.WorldException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code assay} command. Results go to stdout, progress to stderr; 2 is the exit code of what the user can mend. */
@Command(
        name = "assay",
        description = "Alignment auditing for language models.",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        version = "assay " + Assay.VERSION,
        subcommands = {
            DemoCommand.class,
            ChatCommand.class,
            InfoCommand.class,
            CalibrateCommand.class,
            ModelCommand.class,
            OrganismCommand.class,
            AuditCommand.class,
            ServeCommand.class,
            WorkerCommand.class,
            RunsCommand.class,
            WorldCommand.class,
            SaeCommand.class,
            ResearchCommand.class,
            ViewCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Assay {
    static final String VERSION = "0.1.0";
    static final int USER_ERROR = 2;

    private Assay() {}

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            scope = CommandLine.ScopeType.INHERIT,
            defaultValue = Devices.AUTO,
            description =
                    "what language models are computed on: cpu, cuda (all GPUs, as many as are needed), or GPUs such"
                            + " as cuda:0,cuda:1 (default: auto, GPUs if there are any)")
    void device(String text) {
        try {
            Devices.choose(text);
        } catch (TensorException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        if (System.getProperty("org.slf4j.simpleLogger.defaultLogLevel") == null)
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        // what it would log of a taken port is told by the exception
        System.setProperty("org.slf4j.simpleLogger.log.io.javalin", "off");
        return new CommandLine(new Assay())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, given) -> misused(e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command))
                .execute(args);
    }

    private static int misused(CommandLine.ParameterException e) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        if (message.startsWith("Missing required subcommand")) {
            command.usage(command.getErr());
            return USER_ERROR;
        }
        command.getErr()
                .println("assay: " + message + "; see `"
                        + command.getCommandSpec().qualifiedName() + " --help`");
        return USER_ERROR;
    }

    private static int failed(Exception e, CommandLine command) {
        boolean users = e instanceof JournalException
                || e instanceof ChatException
                || e instanceof ModelFormatException
                || e instanceof BehaviourException
                || e instanceof TensorException
                || e instanceof WorldException
                || e instanceof SaeException
                || e instanceof ResearchException
                || e instanceof SiteException
                || e instanceof PromptException
                || e instanceof ToolException
                || e instanceof SuiteException
                || e instanceof EvalException
                || e instanceof OracleException
                || e instanceof SeedException
                || e instanceof ServeException
                || e instanceof ViewException
                || e instanceof UserException
                || e instanceof UncheckedIOException;
        if (!users) e.printStackTrace(command.getErr());
        command.getErr().println("assay: " + e.getMessage());
        return users ? USER_ERROR : 1;
    }
}
