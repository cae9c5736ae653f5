package dev.assay.chat;

/** Something that a provider gave for tokens. */
interface Paid {
    Usage usage();
}
