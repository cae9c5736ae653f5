package dev.assay.lm.jinja;

/** What a name or attribute that does not exist stands for: prints as nothing, is empty and false, has no attributes. */
record Undefined(String what) {
    JinjaException used() {
        return new JinjaException(what + " is undefined");
    }
}
