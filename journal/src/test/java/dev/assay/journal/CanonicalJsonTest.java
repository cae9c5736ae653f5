package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {

    record Pair(List<Object> b, Map<String, Object> a) {}

    /** Bytes and hash of Python's {@code json.dumps(…, sort_keys=True, separators=(',', ':'), ensure_ascii=False)}. */
    @Test
    void agreesWithPython() {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("y", 1);
        inner.put("x", "\u0001");
        Pair pair = new Pair(Arrays.asList(1.5, "é", null), inner);
        assertThat(new String(CanonicalJson.bytes(pair), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":{\"x\":\"\\u0001\",\"y\":1},\"b\":[1.5,\"é\",null]}");
        assertThat(CanonicalJson.sha256(pair))
                .isEqualTo("73c68187860f03f40f6de8ce8b909009c53b2d881ad22f45898449b5e8090d8d")
                .isEqualTo(CanonicalJson.sha256(CanonicalJson.tree(pair)));
    }

    @Property(tries = 200)
    void doublesComeBack(@ForAll double x) {
        assertThat(CanonicalJson.value(CanonicalJson.tree(x), Double.class)).isEqualTo(x);
    }

    @Property(tries = 200)
    void textComesBack(@ForAll String text) {
        String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(CanonicalJson.tree(whole).asText()).isEqualTo(whole);
        assertThat(CanonicalJson.bytes(whole)).doesNotContain('\n');
    }

    @Test
    void whatJacksonCannotWriteIsAnError() {
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.bytes(new Object()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CanonicalJson.value(CanonicalJson.tree("x"), Integer.class))
                .withMessageContaining("not a Integer");
    }

    record Maybe(Optional<String> text, OptionalDouble number) {}

    @Test
    void anEmptyOptionalIsNullAndComesBackEmpty() {
        var full = new Maybe(Optional.of("x"), OptionalDouble.of(0.5));
        var empty = new Maybe(Optional.empty(), OptionalDouble.empty());
        assertThat(new String(CanonicalJson.bytes(full), StandardCharsets.UTF_8))
                .isEqualTo("{\"number\":0.5,\"text\":\"x\"}");
        assertThat(new String(CanonicalJson.bytes(empty), StandardCharsets.UTF_8))
                .isEqualTo("{\"number\":null,\"text\":null}");
        for (Maybe m : new Maybe[] {full, empty})
            assertThat(CanonicalJson.value(CanonicalJson.tree(m), Maybe.class)).isEqualTo(m);
    }
}
