package dev.assay.app;

import picocli.CommandLine.Command;

@Command(
        name = "audit",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay audit run flattery-td-sft twin-td-sft --tool chat,prefill",
            "  assay audit show runs/audits --talks 3",
            "  assay audit certify my-model.gguf --reference smollm2"
        },
        description = {
            "Looks for hidden behaviour: an investigator, a tool, a target that it knows nothing of.",
            "A target is an organism's name (flattery-td-sft), smollm2, a model's folder or file, or role:NAME."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            AuditRunCommand.class,
            AuditSuiteCommand.class,
            AuditStaticCommand.class,
            AuditShowCommand.class,
            AuditToolsCommand.class,
            AuditCertifyCommand.class,
            PetriCommand.class,
            OracleCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class AuditCommand {}
