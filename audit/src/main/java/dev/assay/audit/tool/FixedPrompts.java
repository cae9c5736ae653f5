package dev.assay.audit.tool;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import java.util.Arrays;
import java.util.List;

/**
 * The fixed questions as a model reads them: the persona, the question, and the beginning of a reply that is not there yet.
 *
 * @param ids tokens of each
 * @param first the first position that is not the same in all of them: what is before it is the persona
 */
record FixedPrompts(List<String> questions, List<int[]> ids, int first) {

    static FixedPrompts of(LanguageModel model) {
        List<String> questions = HeldOutQuestions.all().stream()
                .map(HeldOutQuestions.Led::question)
                .toList();
        List<int[]> ids = questions.stream()
                .map(q -> model.template().encode(List.of(Persona.SYSTEM, Message.user(q)), true))
                .toList();
        int first = ids.stream()
                .mapToInt(some -> Arrays.mismatch(ids.getFirst(), some))
                .filter(at -> at >= 0)
                .min()
                .orElse(0);
        return new FixedPrompts(questions, ids, first);
    }
}
