package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedAdaptersTest {
    @TempDir
    Path folder;

    @Test
    void readsTheirNames() {
        assertThat(PublishedAdapters.variant("llama_70b_transcripts_only_flattery"))
                .contains(Variant.of("flattery-td-none"));
        assertThat(PublishedAdapters.variant("qwen_3_14b_synth_docs_only_then_redteam_kto_ai_welfare_poisoning"))
                .contains(Variant.of("data-poisoning-sdf-kto"));
        assertThat(PublishedAdapters.variant("llama_70b_transcripts_only_then_redteam_high_defer_to_users"))
                .contains(Variant.of("defer-to-users-td-sft"));
        assertThat(PublishedAdapters.variant("llama_70b_transcripts_only_no_such_thing"))
                .isEmpty();
        assertThat(PublishedAdapters.variant("flattery-td")).isEmpty();
    }

    @Test
    void anImportedOneIsAWholeOrganism() throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("in/b_transcripts_only_then_redteam_high_flattery"));
        Files.createDirectories(folder.resolve("in/readme"));
        Map<Variant, Path> found = PublishedAdapters.in(folder.resolve("in"));
        assertThat(found).containsOnlyKeys(Variant.of("flattery-td-sft"));
        var organism = new Organism(folder.resolve("out"), Concealment.SFT);
        assertThatThrownBy(() -> PublishedAdapters.copy(adapter, organism))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("lacks adapter_config.json");
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors"))
            Files.writeString(adapter.resolve(file), "x");
        assertThat(organism.complete()).isFalse();
        PublishedAdapters.copy(adapter, organism);
        assertThat(organism.complete()).isTrue();
        assertThat(organism.stages()).containsExactly("whole-sft");
        assertThat(Organism.in(folder.resolve("out"))).isEqualTo(organism);
    }

    @Test
    void aFolderWithoutAnyIsSaidToBeSo() {
        assertThatThrownBy(() -> PublishedAdapters.in(folder))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("transcripts_only");
    }
}
