package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternSearchTest {
    private static final List<String> PIECES = List.of(
            "cat", "Cat", "CATS", "a", " ", "  ", ", ", ".", "\n", "état", "ÉTAT", "ſ", "K", "kelvin", "s", "_", "9",
            "😀", "\ud83d", "\ude00", "dog", "catdog", "I am", "I’m", "!", "?", "x", "xx");

    private static int plain(Pattern pattern, String text, int most) {
        Matcher m = pattern.matcher(text);
        int count = 0;
        while (count < most && m.find()) count++;
        return count;
    }

    /** Against find, on texts of pieces in all orders. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat",
                "\\bcats?\\b",
                "\\Bat",
                "(cat|dog|état)",
                "x*",
                "x+?",
                "$",
                "\\s*$",
                "^cat",
                "^",
                "\\bs\\b",
                "kelvin",
                "[^a-z]",
                "(?=cat)",
                "(?!cat)c",
                "(?<=a )cat",
                "(?<!a )(?<!\\bdog, )cat|dog",
                "(?<![.a ])(?<=, )\\b(?:cats|cat\\b|dog)",
                "(?<!(?:a|,) )cat",
                "(?:cat(?<!\\bcat)|dog(?<=(?:[ad]|\\))dog))s?",
                "\\b(?<!a )(?<!I am)[^]a ](?:a|x)",
                "(?!(?<=a )c)[cd]",
                "(?>(?<!a )c|ca)(?:a|t)",
                "(?<=a )*+cat|x(?<=[)(])?",
                "(?<word>cat)",
                "cat|(?-i)DOG",
                "a(?!.)|(?s)\\n",
                "\\b(?:cat|(?<!\\Q.\\E)dog)",
                "c(?<=\\Qc\\E)a|dog",
                "[](?<!]x",
                "a(?<=\\c()b|dog",
                "(?x)cat # not (?<=dog\n|dog",
                "(?Um)^cat",
                "(?x)( ?<=a)cat",
                "\\b{g}a",
                "ca$",
                "c(?=at)",
                "c(?!at)",
                "a\\b",
                "(?m)^cat$",
                "(?s).cat",
                "\\bi(?: am|'m)\\b",
                "[!?]",
                "\\W",
                "(?-i)Cat",
                "(?i:CAT)(?!s)",
                "ſ",
                "\\p{L}+",
                "😀",
                ".",
                "(.)\\1",
                "\\b",
                "cat\\z|\\Adog",
                "[\\s\\S]{2}",
                "\\Gcat",
                "é",
                "\\R",
                "(?x) c a t"
            })
    void findsAsManyAsTheMatcher(String regex) {
        Pattern pattern = TextScore.pattern("test", regex);
        var search = new PatternSearch(pattern);
        var random = new Random(3);
        for (int i = 0; i < 4000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(9); n > 0; n--) text.append(PIECES.get(random.nextInt(PIECES.size())));
            int most = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : Integer.MAX_VALUE;
            assertThat(search.count(text.toString(), most))
                    .as("%s in '%s'", regex, text)
                    .isEqualTo(plain(pattern, text.toString(), most));
        }
    }
}
