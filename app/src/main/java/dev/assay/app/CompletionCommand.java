package dev.assay.app;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Prints a script by which a shell completes commands, options and the names that they take.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(assay completion bash)             in ~/.bashrc",
            "  source <(assay completion zsh)              in ~/.zshrc, after compinit",
        })
final class CompletionCommand implements Callable<Integer> {
    /** Shells that can be helped: zsh understands bash's script by its own bashcompinit, which the script loads. */
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "SHELL", description = "bash or zsh")
    @SuppressWarnings("NullAway.Init")
    Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Override
    public Integer call() {
        System.out.print(AutoComplete.bash("assay", spec.root().commandLine()));
        return 0;
    }
}
