package dev.assay.lm.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JinjaTest {
    private static final JsonNode GOLDEN = golden();
    private static final Map<String, Object> VALUES = values();

    private static JsonNode golden() {
        try (InputStream in = JinjaTest.class.getResourceAsStream("/golden/jinja.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> values() {
        return new ObjectMapper().convertValue(GOLDEN.get("values"), Map.class);
    }

    private static String render(String template) {
        return Jinja.parse(template).render(VALUES);
    }

    @Test
    void equalsJinja2() {
        assertThat(GOLDEN.get("cases")).hasSizeGreaterThan(400);
        for (JsonNode golden : GOLDEN.get("cases")) {
            String template = golden.get("template").asText();
            if (golden.has("error")) {
                refuses(template);
            } else {
                assertThat(render(template))
                        .as(template)
                        .isEqualTo(golden.get("text").asText());
            }
        }
    }

    private static void refuses(String template, String... parts) {
        assertThatThrownBy(() -> render(template)).as(template).isInstanceOfSatisfying(JinjaException.class, e -> {
            assertThat(e.line()).isPositive();
            assertThat(parts).allMatch(part -> e.getMessage().contains(part), e.getMessage());
        });
    }

    @Test
    void namesTheLineAndTheFault() {
        assertThatThrownBy(() -> render("a\n{# b\n #}\n{{ 'c\n' }}\n  {{ s.x.y }}"))
                .isInstanceOfSatisfying(
                        JinjaException.class, e -> assertThat(e.line()).isEqualTo(6))
                .hasMessage("'x' of a str is undefined");
        refuses("{% if x %}{% endblock %}", "unknown tag 'endblock'");
        refuses("{% for x in l %}{% if x %}{% endfor %}", "endfor");
        refuses("{% if x %}", "'if' of line 1", "endif");
        refuses("{{ x | nothing }}", "unknown filter 'nothing'");
        refuses("{{ x is nothing }}", "unknown test 'nothing'");
        refuses("{% if t %}{{ x | nothing }}{% endif %}", "unknown filter 'nothing'");
        refuses("{{ missing.x }}", "'missing' is undefined");
        refuses("{{ d.items }}", "function");
        refuses("{{ l | map('upper') }}", "generator");
        refuses("{{ l.append(4) }}", "templates can't change values");
        refuses("{{ 9223372036854775807 + 1 }}", "64 bits");
        refuses("{% for x in l %}{{ loop(x) }}{% endfor %}", "not recursive");
    }

    @Test
    void noNameReachesJava() {
        for (String name : List.of("class", "getClass", "bytes", "stream", "hashCode", "__class__", "__init__")) {
            for (String value : List.of("s", "l", "d", "n", "t", "range", "namespace()", "s.upper", "loop")) {
                refuses("{{ " + value + "." + name + "() }}");
            }
        }
        refuses("{{ s.toUpperCase() }}");
        assertThat(render("{{ d.class }}{{ d['getClass'] }}{{ s.bytes }}")).isEmpty();
    }

    @Test
    void valuesAreNeverTemplates() {
        String attack = "{{ 7*7 }}{% for x in y %}{# c #}";
        Map<String, Object> values = Map.of("m", attack, "l", List.of(attack), "d", Map.of(attack, attack));
        assertThat(Jinja.parse("{{ m }}{% set x %}{{ m }}{% endset %}{{ x }}{{ x ~ m }}")
                        .render(values))
                .isEqualTo(attack.repeat(4));
        assertThat(Jinja.parse("{% for k, v in d.items() %}{{ k + v }}{{ l[0] | trim }}{% endfor %}")
                        .render(values))
                .isEqualTo(attack.repeat(3));
    }

    @Test
    void takesPlainDataAlone() {
        assertThatThrownBy(() -> Jinja.parse("").render(Map.of("x", new StringBuilder())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("StringBuilder");
        assertThat(Jinja.parse("{{ [i, b, f, h] }}")
                        .render(Map.of(
                                "i", 3, "b", (byte) 4, "f", 0.5f, "h", new java.math.BigInteger("1" + "0".repeat(20)))))
                .isEqualTo("[3, 4, 0.5, 100000000000000000000]");
    }

    @Test
    void tellsTheDate() {
        LocalDateTime now = LocalDateTime.of(2026, 3, 5, 15, 4, 9, 70_000);
        // as Python's datetime(2026, 3, 5, 15, 4, 9, 70).strftime gives it
        assertThat(Jinja.parse(
                                "{{ strftime_now('%d %b %Y|%A, %-d. %B %y|%a %H:%M:%S %I %p %j %f %e %m/%% %F %T') }}",
                                () -> now)
                        .render(Map.of()))
                .isEqualTo(
                        "05 Mar 2026|Thursday, 5. March 26|Thu 15:04:09 03 PM 064 000070  5 03/% 2026-03-05 15:04:09");
        refuses("{{ strftime_now('%Q') }}", "%Q");
    }

    /** Each of these would take all time or memory. */
    @Test
    void boundsTimeAndMemory() {
        String ten = "{% for i in range(100000) %}";
        refuses(ten + ten + "{% endfor %}{% endfor %}", "steps");
        refuses("{% set ns = namespace(x='ab') %}" + ten + "{% set ns.x = ns.x ~ ns.x %}{% endfor %}");
        refuses("{% set ns = namespace(x=[1]) %}" + ten + "{% set ns.x = ns.x + ns.x %}{% endfor %}");
        refuses("{{ 'a' * 9999999999 }}", "at most");
        refuses("{{ ['a'] * 99999999 }}", "at most");
        refuses("{{ ('a' * 30000000).replace('a', 'b' * 1000) }}", "at most");
        refuses("{{ 'a'.center(999999999) }}", "at most");
        refuses("{{ 'a' | indent(999999999) }}", "at most");
        refuses("{{ [1] | tojson(indent=999999999) }}", "at most");
        refuses("{{ range(100000) | join('a' * 1000000) }}", "at most");
        refuses("{{ 2 ** 9999999999 }}", "64 bits");
        for (String deep : List.of(
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(50000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}",
                "{% if t %}".repeat(50_000) + "{% endif %}".repeat(50_000))) {
            assertThatThrownBy(() -> render(deep))
                    .isInstanceOf(JinjaException.class)
                    .hasMessageContaining("nested too deeply");
        }
    }

    /** Whatever a template says: it renders, or it is a {@link JinjaException}. */
    @Test
    void survivesAnyTemplate() {
        List<String> pieces = new ArrayList<>();
        GOLDEN.get("cases")
                .forEach(golden -> pieces.addAll(
                        List.of(golden.get("template").asText().split("(?<=[ ({\\[|.,'])|(?=[ )}\\]|.,'])"))));
        int rendered = 0;
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            String inside = IntStream.rangeClosed(0, random.nextInt(1, 9))
                    .mapToObj(i -> pieces.get(random.nextInt(pieces.size())))
                    .collect(Collectors.joining(random.nextBoolean() ? " " : ""));
            try {
                render(random.nextInt(3) == 0 ? inside : "{{ " + inside + " }}");
                rendered++;
            } catch (JinjaException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + inside, e);
            }
        }
        assertThat(rendered).isBetween(100, 4_000);
    }
}
