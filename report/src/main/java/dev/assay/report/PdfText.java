package dev.assay.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.text.PDFTextStripper;

/** The words of a PDF that somebody else made. */
public final class PdfText {
    private PdfText() {}

    /**
     * The text of each page, in reading order as far as the file tells it.
     *
     * @throws IOException if it is no PDF, is locked by a password, or can't be read
     */
    public static List<String> pages(Path file) throws IOException {
        try (var document = Loader.loadPDF(file.toFile())) {
            var stripper = new PDFTextStripper();
            List<String> pages = new ArrayList<>();
            for (int page = 1; page <= document.getNumberOfPages(); page++) {
                stripper.setStartPage(page);
                stripper.setEndPage(page);
                pages.add(stripper.getText(document).strip());
            }
            return pages;
        }
    }
}
