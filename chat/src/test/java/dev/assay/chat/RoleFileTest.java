package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoleFileTest {
    private final Fixture fixture = new Fixture();

    @TempDir
    Path folder;

    @Test
    void everyFieldIsRead() {
        Role role = RoleFile.parse("""
                        generator:
                          provider: openai
                          model: gpt-4.1-mini
                          base-url: http://localhost:9/v1/
                          key: MY_KEY
                          temperature: 0.7
                          top-p: 0.9
                          max-tokens: 300
                          concurrency: 8
                          max-cost: 5
                          max-total-tokens: 1000000
                          timeout: 20
                          price: {input: 1, output: 2.5}
                          can: [chat, prefill, temperature]
                        """, "roles.yaml").get("generator");
        assertThat(role.baseUrl()).contains("http://localhost:9/v1");
        assertThat(role.key()).contains("MY_KEY");
        assertThat(role.sampling()).isEqualTo(new Sampling(0.7, 0.9, 300));
        assertThat(role.concurrency()).isEqualTo(8);
        assertThat(role.maxCost()).hasValue(5);
        assertThat(role.maxTotalTokens()).hasValue(1_000_000);
        assertThat(role.timeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(role.price()).contains(new Price(1, 2.5));
        assertThat(role.can()).contains(Set.of(Feature.CHAT, Feature.PREFILL, Feature.TEMPERATURE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    r: {model: m}                                             | r.provider is missing | anthropic
                    r: {provider: opnai, model: m}                            | r.provider is "opnai" | openai
                    r: {provider: openai}                                     | r.model is missing    | name
                    r: {provider: openai, modle: m}                           | r.modle               | known are provider, model
                    r: {provider: openai, model: gpt-5-mini, temperature: 0}  | r.temperature must be 1 | remove it
                    r: {provider: openai, model: unheard-of, max-cost: 5}     | r.max-cost needs the price | max-total-tokens
                    r: {provider: openai, model: m, concurrency: many}        | r.concurrency must be a number from 1 to 1024 | many
                    r: {provider: openai, model: m, base-url: "localhost"}    | r.base-url must be like | https://host/v1
                    r: {provider: openai, model: m, base-url: "http://a:b@c"} | r.base-url must hold no user | environment
                    r: {provider: openai-compatible, model: m}                | r.base-url is missing | address
                    r: {provider: local, model: m, key: MY_KEY}               | r.key is not for provider local | remove
                    r: {provider: openai, model: m, can: [fly]}               | r.can "fly" is none of | prefill
                    r: {provider: openai, model: m, price: 3}                 | r.price must be       | dollars
                    r: [1]                                                    | r must have fields    | provider
                    r: {                                                      | not YAML              | line
                    '# nothing'                                               | names no role         | judge
                    """)
    void aMistakeIsToldWithItsPlaceAndRemedy(String yaml, String place, String remedy) {
        assertThatThrownBy(() -> RoleFile.parse(yaml, "my-roles.yaml"))
                .isInstanceOf(ChatException.Configuration.class)
                .hasMessageContainingAll("my-roles.yaml", place, remedy);
    }

    @Test
    void aKeyThatStandsInTheFileIsRefusedAndNotRepeated() {
        assertThatThrownBy(() ->
                        RoleFile.parse("r: {provider: openai, model: m, key: " + Fixture.SECRET + "}", "roles.yaml"))
                .satisfies(Fixture::silent)
                .hasMessageContaining("name of an environment variable");
    }

    @Test
    void aKeyThatIsNotInTheEnvironmentIsNamed() {
        Fixture.withMemo(folder, (Memo memo) -> {
            try (Roles roles = fixture.roles("r: {provider: openrouter, model: m}")) {
                assertThatThrownBy(() -> roles.chat("r", memo))
                        .isInstanceOf(ChatException.Configuration.class)
                        .hasMessageContainingAll("role r", "OPENROUTER_API_KEY", "set it");
                assertThatThrownBy(() -> roles.chat("judge", memo))
                        .hasMessageContainingAll("no role judge", "there are r");
            }
            return 0;
        });
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Roles.read(folder.resolve("none.yaml"), Fixture::open))
                .isInstanceOf(ChatException.Configuration.class)
                .hasMessageContaining("none.yaml");
    }
}
