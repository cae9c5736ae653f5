package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.stats.SplitRandom;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PresetsTest {

    @Test
    void namesAndConfigurationsAreDifferent() {
        assertThat(Presets.all()).extracting(Presets.Preset::name).doesNotHaveDuplicates();
        assertThat(Presets.all()).extracting(Presets.Preset::config).doesNotHaveDuplicates();
        for (var family : Presets.Family.values())
            assertThat(Presets.of(family)).hasSizeGreaterThan(2);
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> Presets.named("synth-16k"))
                .isInstanceOf(WorldException.class)
                .hasMessageContainingAll("synth-16k", "synth-16k-v2", "small");
    }

    /** A suite in which a feature is always on, or hardly any fires, would measure something else than it says. */
    @Test
    void everyVariantFiresInAUsefulRange() {
        for (var preset : Presets.all()) {
            if (preset.config().numFeatures() > 4096) continue;
            WorldConfig config =
                    preset.config().change().hiddenDim(2).noOrthogonalization().build();
            try (World world = World.build(config, Progress.NONE);
                    var sampler = new Sampler(world, SplitRandom.of(1), 1)) {
                assertThat(world.certain())
                        .as("certain features of %s", preset.name())
                        .isZero();
                int rows = 1000;
                double l0 = (double) sampler.firings(0, rows).count() / rows;
                assertThat(l0).as("firings of %s", preset.name()).isBetween(5.0, 40.0);
            }
        }
    }

    /** The recorded fixture's, whatever folder {@code -Dassay.fixtures} names. */
    @Test
    void theSmallPresetIsThePublishedFixtures() throws URISyntaxException {
        Path theirs = Path.of(Fixtures.class
                .getResource("/fixtures/small_world_v2/" + WorldFolder.CONFIG)
                .toURI());
        assertThat(Presets.named("small").config()).isEqualTo(WorldConfig.read(theirs));
    }

    @Test
    void aSecretIsCommittedToAndRevealed() {
        SecretWorld secret = SecretWorld.draw();
        String commitment = secret.commitment();
        assertThat(commitment).hasSize(64);
        assertThat(SecretWorld.verify(commitment, secret.reveal()).config()).isEqualTo(secret.config());
        SecretWorld other = SecretWorld.draw();
        assertThat(other.commitment()).isNotEqualTo(commitment);
        assertThatThrownBy(() -> SecretWorld.verify(commitment, other.reveal()))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("not the world that was committed to");
        for (String wrong : new String[] {
            "", "12:34", secret.reveal().substring(2), secret.reveal().replace(":", "")
        }) assertThatThrownBy(() -> SecretWorld.verify(commitment, wrong)).isInstanceOf(WorldException.class);
    }

    /** Recorded secrets must stay verifiable. The hash is Python's. */
    @Test
    void theCommitmentIsStableForEver() {
        String reveal = "00000000000000ff:" + "ab".repeat(32);
        SecretWorld secret =
                SecretWorld.verify("7a7684d2f653761a85c4254f51ce42a230489e85f5f82b1fd34ffda27c985fe8", reveal);
        assertThat(secret.config().numFeatures()).isIn(1024, 1536, 2048);
    }

    @Test
    void everySecretSeedIsAWorldThatCanBeMade() {
        Set<WorldConfig> configs = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            String reveal = String.format("%016x:%064x", seed, 0);
            WorldConfig config = SecretWorld.parse(reveal).config();
            configs.add(config);
            World.Features features = World.features(config, World.hierarchy(config));
            for (double p : features.probabilities())
                assertThat(p > 0 && p <= 1).isTrue();
            assertThat(config.hiddenDim()).isBetween(51, 342);
        }
        assertThat(configs).hasSize(200);
    }
}
