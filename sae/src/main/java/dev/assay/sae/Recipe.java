package dev.assay.sae;

/**
 * Everything that decides what a training run makes, but for the data and the seed.
 *
 * @param latents width of the dictionary
 */
public record Recipe(String name, Architecture architecture, int latents, Training training) {}
