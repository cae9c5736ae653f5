package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.audit.Bank;
import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description = {
            "Reads behaviours' folders and says what they lack for a fair test; exit code 2 if one can't be read.",
            "Folders of your own: ASSAY_BEHAVIOURS names the folder that they lie in (docs/formats/behaviour.md)."
        })
final class BehaviourCheckCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "BEHAVIOUR",
            completionCandidates = Candidates.Behaviours.class,
            arity = "0..*",
            description = "names (default: all)")
    List<String> names = new ArrayList<>();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Bank.load(); // it reads the entries that behaviours bring along
        List<BehaviourCheck> checks = (names.isEmpty() ? Behaviour.names() : names)
                .stream().map(Behaviour::of).map(BehaviourCheck::of).toList();
        if (json) ModelCommand.print(Map.of("behaviours", checks));
        else System.out.print(OrganismTable.checks(checks));
        return 0;
    }
}
