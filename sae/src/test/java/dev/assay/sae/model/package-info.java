@org.jspecify.annotations.NullMarked
package dev.assay.sae.model;
