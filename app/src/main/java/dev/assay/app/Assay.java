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
import dev.assay.lm.Arithmetic;
import dev.assay.lm.ModelFormatException;
import dev.assay.lm.PromptException;
import dev.assay.lm.SiteException;
import dev.assay.organism.BehaviourException;
import dev.assay.research.ResearchException;
import dev.assay.sae.SaeException;
import dev.assay.tensor.TensorException;
import dev.assay.world.WorldException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.function.Predicate;
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
        synopsisSubcommandLabel = "COMMAND")
public final class Assay {
    static final String VERSION = "0.1.0";
    static final int USER_ERROR = 2;

    private static final String[] FOOTER = {
        "  assay demo                           hides a behaviour and looks for it",
        "  assay organism build --suite pocket  models with hidden behaviours",
        "  assay audit run flattery-td-sft      looks for what one of them hides",
        "  assay sae train --world small        a sparse autoencoder",
        "",
        "Exit codes: 0 done, 1 failed, 2 the command or a file must be mended."
    };

    private static final List<Class<?>> COMMANDS = List.of(
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
            ViewCommand.class,
            ConfigCommand.class,
            CompletionCommand.class);

    /** Commands that look at all others. */
    private static final Set<String> CURIOUS = Set.of("config", "completion");

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

    @Option(
            names = "--arithmetic",
            paramLabel = "HOW",
            scope = CommandLine.ScopeType.INHERIT,
            defaultValue = "exact",
            description = "how the processor multiplies when organisms are made and audited: exact, the same on every"
                    + " machine, or bf16, several times faster for many texts where the processor has it, and remembered"
                    + " apart (default: exact)")
    void arithmetic(String text) {
        try {
            Devices.choose(Arithmetic.valueOf(text.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--arithmetic takes exact or bf16, not " + text, e);
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
        try {
            return run(Settings.ofProcess(), args);
        } catch (UserException e) {
            System.err.println("assay: " + e.getMessage());
            return USER_ERROR;
        } catch (ServiceConfigurationError e) {
            System.err.println("assay: a plugin can't be used: " + e.getMessage());
            return USER_ERROR;
        }
    }

    /** {@link UserException} if the settings are wrong. */
    static int run(Settings settings, String... args) {
        CommandLine assay = settings.isEmpty() ? commandLine(settings, args) : commandLine(settings);
        if (!settings.isEmpty()) settings.check(assay.getCommandSpec());
        Variable.apply(settings);
        return assay.execute(args);
    }

    /** The command with all below it. */
    static CommandLine commandLine(Settings settings) {
        return configured(settings, name -> true);
    }

    /** The same with what the words need: reading all commands takes longer than most of them. */
    private static CommandLine commandLine(Settings settings, String... args) {
        Set<String> words = Set.of(Arrays.stream(args).distinct().toArray(String[]::new));
        return words.stream().anyMatch(CURIOUS::contains)
                ? commandLine(settings)
                : configured(settings, words::contains);
    }

    private static CommandLine configured(Settings settings, Predicate<String> whole) {
        CommandLine assay = new CommandLine(new Assay());
        for (Class<?> type : COMMANDS) {
            Command command = type.getAnnotation(Command.class);
            assay.addSubcommand(command.name(), whole.test(command.name()) ? type : summary(command));
        }
        assay.setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(settings)
                .setParameterExceptionHandler((e, given) -> misused(e, settings))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
        // here, not in the annotation, from which the commands below would inherit it
        assay.getCommandSpec().usageMessage().footerHeading("%nExamples:%n").footer(FOOTER);
        // what stands behind the name of a command is that command's
        Objects.requireNonNull(assay.getSubcommands().get("config")).setStopAtPositional(true);
        return assay;
    }

    /** What the list of commands shows of one. */
    private static CommandSpec summary(Command command) {
        CommandSpec spec = CommandSpec.create().name(command.name());
        spec.usageMessage().description(command.description());
        return spec;
    }

    private static int misused(CommandLine.ParameterException e, Settings settings) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        if (message.startsWith("Missing required subcommand")) {
            command.usage(command.getErr());
            return USER_ERROR;
        }
        command.getErr()
                .println("assay: " + message + origin(e, settings) + "; see `"
                        + command.getCommandSpec().qualifiedName() + " --help`");
        return USER_ERROR;
    }

    /** Where a value comes from that doesn't fit, if it is not on the command line. */
    private static String origin(CommandLine.ParameterException e, Settings settings) {
        return Optional.ofNullable(e.getArgSpec())
                .flatMap(settings::find)
                .filter(found -> found.value().equals(e.getValue()))
                .map(found -> " (from " + found.from() + ")")
                .orElse("");
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
