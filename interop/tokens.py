"""tokens.json: what llama.cpp's tokenizer makes of 50 texts, control tokens parsed."""

from peers import MODEL_SHA256, arguments, made_by, tokenizer, write_json

TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "\n\n\n",
    "\t",
    "Hello, world!",
    "Hello world  with   several    spaces",
    "trailing spaces   ",
    "   leading spaces",
    "line one\nline two\n\nline four\n",
    "a \n b \r\n c\r\n\r\n  d",
    " \n \n  \t x",
    "1234567",
    "3.14",
    "In 2024, 1,000,000 people paid $99.95 (a 12.5% rise) on 03/04/2024 at 10:45:59.",
    "0x1F 1e-10 v2.0.1 ½ ² ٣٤٥ 一二三 Ⅷ",
    "abc123def456 x1y22z333",
    "I'm you're he'll we've they'd it's don't O'Brien 'quoted' I'M YOU'RE",
    "I’m “quoted” — with typographic… marks",
    "😀",
    "👍🏽 ok 🎉🎉🎉",
    "👨‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 🇩🇪🇫🇷 flags, 1️⃣ keycap",
    "def f(x):\n\tif x > 0:\n\t\treturn x ** 2\n\treturn None\n",
    "def g(items):\n    for i, item in enumerate(items):\n        print(f\"{i}: {item!r}\")  # note\n",
    "public static void main(String[] args) {\n\tSystem.out.println(\"Hi\\n\" + args[0]);\n}\n",
    "    if (a != null && b.length() >= 10 || !c) {\n        return a -> b::get;\n    }",
    "{\"key\": [1, 2.5, null, true], \"näme\": \"v\\u00e4l\"}",
    "<html><body class=\"x\">&amp;</body></html><!-- c -->",
    "SELECT * FROM t WHERE a_b = 'c' -- x;",
    "https://example.org/a/b?c=d&e=f#g user@example.org C:\\dir\\file.txt",
    "CamelCase snake_case kebab-case SCREAMING_CASE iPhone15ProMax",
    "你好，世界！今天天气很好。",
    "人工智能2024年的发展",
    "こんにちは世界。私は学生です。カタカナ",
    "안녕하세요 세계",
    "مرحبا بالعالم، كيف حالك؟",
    "שלום עולם",
    "Привет, мир! Как дела?",
    "Γειά σου Κόσμε",
    "नमस्ते दुनिया",
    "café naïve Straße Ærøskøbing",
    "e\u0301 n\u0303 a\u0300\u0323 Z\u0335\u0321a\u0310l\u0321g\u033eo\u0322",
    "\u00a0nbsp\u00a0here\u2003em\u200bzero\u3000ideographic\ufeffbom",
    "!!! ??? ... --- *** ### @@@ $$$ ((())) [[]] {{}} \\\\ // ~`^|",
    "<|im_start|>user\nhi<|im_end|>\n",
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nCount: 1 2 3 <|im_end|>\n<|im_start|>assistant\n",
    "<|endoftext|>",
    "text<|endoftext|> text <repo_name>a/b<file_sep>c.py\n<filename>x<gh_stars>100 <jupyter_start><empty_output>",
    "<|im_end|<|im_start|> <|im_start |> <|IM_START|> <reponame> < repo_name> \u0000 nul \u0007 \ud7ff \U0010fffd",
]


def main():
    args = arguments(__doc__)
    encode = tokenizer(args.model)
    assert len(TEXTS) == 50 and len(set(TEXTS)) == 50
    cases = []
    for text in TEXTS:
        ids = encode(text, True)
        assert encode.decode(ids) == text.encode("utf-8"), text
        cases.append({"text": text, "ids": ids})
    write_json(args.out / "tokens.json",
               {"model_sha256": MODEL_SHA256, "made_by": made_by("llama-cpp-python"), "cases": cases})


if __name__ == "__main__":
    main()
