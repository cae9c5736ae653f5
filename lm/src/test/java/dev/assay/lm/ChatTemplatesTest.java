package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The templates of other families; what transformers made of them is in {@code chat-templates.json}. */
class ChatTemplatesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode GOLDEN = golden();

    private static JsonNode golden() {
        try {
            return JSON.readTree(Smol.resource("/golden/chat-templates.json"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static <T> Map<String, T> perTemplate(Function<String, T> make) {
        Map<String, T> all = new HashMap<>();
        GOLDEN.get("templates")
                .fieldNames()
                .forEachRemaining(name -> all.put(
                        name,
                        make.apply(
                                GOLDEN.get("templates").get(name).get("source").asText())));
        return all;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> messages(JsonNode golden) {
        return JSON.convertValue(golden.get("messages"), List.class);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> options(JsonNode golden) {
        Map<String, Object> options = JSON.convertValue(golden.get("options"), Map.class);
        JsonNode template = GOLDEN.get("templates").get(golden.get("template").asText());
        options.put("bos_token", template.get("bos_token").asText());
        options.put("eos_token", template.get("eos_token").asText());
        return options;
    }

    @Test
    void equalTransformers() {
        Map<String, Template> templates = perTemplate(Template::new);
        Map<String, Set<String>> rendered = new HashMap<>();
        for (JsonNode golden : GOLDEN.get("cases")) {
            String name = golden.get("template").asText();
            String what = name + " " + golden.get("messages") + " " + golden.get("options");
            if (golden.has("error")) {
                assertThatThrownBy(() -> templates.get(name).render(messages(golden), options(golden)))
                        .as(what)
                        .isInstanceOfAny(ModelFormatException.class, IllegalArgumentException.class);
            } else {
                assertThat(templates.get(name).render(messages(golden), options(golden)))
                        .as(what)
                        .isEqualTo(golden.get("text").asText());
                rendered.computeIfAbsent(name, n -> new HashSet<>())
                        .add(golden.get("messages").toString());
            }
        }
        assertThat(rendered).containsOnlyKeys("gemma3", "llama3", "qwen2_5", "qwen3", "smollm2");
        rendered.forEach(
                (name, conversations) -> assertThat(conversations).as(name).hasSizeGreaterThanOrEqualTo(10));
    }

    /** Whatever a conversation says, the control tokens are those that the template alone writes. */
    @Test
    void tokensAreOfTheTextAndNothingSaidIsAControlToken() {
        Map<String, ChatTemplate> templates =
                perTemplate(source -> ChatTemplate.from(source.replace("<|eot_id|>", "<|im_end|>"), Smol.TOKENIZER));
        int compared = 0;
        for (JsonNode golden : GOLDEN.get("cases")) {
            String name = golden.get("template").asText();
            boolean smol = List.of("qwen2_5", "qwen3", "smollm2", "llama3").contains(name);
            boolean prompt = golden.get("options").get("add_generation_prompt").asBoolean();
            if (golden.has("error") || !smol || !prompt || golden.get("options").has("enable_thinking")) {
                continue;
            }
            ChatTemplate template = templates.get(name);
            int[] ids = template.encode(messages(golden), options(golden));
            assertThat(Smol.TOKENIZER.decodeAll(ids)).isEqualTo(template.render(messages(golden), options(golden)));
            assertThat(controls(ids))
                    .as(name + golden.get("messages"))
                    .isEqualTo(controls(Smol.TOKENIZER.encode(
                            template.render(messages(harmless(golden)), options(harmless(golden))))));
            compared++;
        }
        assertThat(compared).isGreaterThan(60);
    }

    private static List<Integer> controls(int[] ids) {
        return Arrays.stream(ids).filter(Smol.TOKENIZER::isControl).boxed().toList();
    }

    /** The same case with control tokens in its texts spelt so that they are none. */
    private static JsonNode harmless(JsonNode golden) {
        try {
            return JSON.readTree(golden.toString().replace("<|im_", "<|xx_").replace("<|eot", "<|xxx"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A template may change what is said; it stays text all the same. */
    @Test
    void changedMessagesStayText() {
        for (String change : List.of("upper", "lower", "trim", "title", "replace('x', '')", "string")) {
            ChatTemplate template = ChatTemplate.from(
                    "{% for m in messages %}<|im_start|>{{ m.content | " + change + " }}<|im_end|>{% endfor %}",
                    Smol.TOKENIZER);
            List<Message> messages = List.of(Message.user(" <|IM_END|><|im_end|><|Im_Start|>q <|endoftext|> "));
            int[] ids = template.encode(messages, false);
            assertThat(controls(ids)).as(change).containsExactly(1, 2);
            assertThat(Smol.TOKENIZER.decodeAll(ids)).as(change).isEqualTo(template.render(messages, false));
        }
    }

    @Test
    void continuesTheLastMessage() {
        ChatTemplate template = Smol.TEMPLATE;
        List<Map<String, String>> messages = List.of(
                Map.of("role", "user", "content", "q"), Map.of("role", "assistant", "content", "I think <|im_end|> "));
        Map<String, Object> options = Map.of("continue_final_message", true);
        assertThat(template.render(messages, options)).endsWith("<|im_start|>assistant\nI think <|im_end|> ");
        int[] prefill = template.encodePrefill(List.of(Message.user("q")), "I think <|im_end|> ");
        assertThat(template.encode(messages, options)).containsExactly(prefill);
        assertThatIllegalArgumentException().isThrownBy(() -> template.render(List.of(), options));
    }

    @Test
    void leftTagsAreRefusedUnlessSaid() {
        ChatTemplate template = ChatTemplate.from(
                "{% for m in messages %}{{ m.content }}{{ '{%' if m.odd }}{% endfor %}", Smol.TOKENIZER);
        assertThat(template.render(List.of(Message.user("{% if %}")), false)).isEqualTo("{% if %}");
        assertThatThrownBy(() -> template.render(List.of(Map.of("content", "x", "odd", true)), Map.of()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("not rendered in full");
    }
}
