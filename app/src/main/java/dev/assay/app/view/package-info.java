/** The web page of {@code assay view}: what lies in run folders, as JSON documents and the page that shows them. */
@org.jspecify.annotations.NullMarked
package dev.assay.app.view;
