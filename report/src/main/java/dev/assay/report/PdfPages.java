package dev.assay.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;

/** A PDF that is there, read: its words, its pages as pictures. */
public final class PdfPages {
    private static final float DOTS_PER_INCH = 110;

    private PdfPages() {}

    /**
     * The text of each page, in reading order as far as the file tells it.
     *
     * @throws IOException if it is no PDF, is locked by a password, or can't be read
     */
    public static List<String> texts(Path file) throws IOException {
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

    /**
     * The first pages as PNG files.
     *
     * @param most of them
     */
    public static List<byte[]> pictures(Path file, int most) throws IOException {
        try (var document = Loader.loadPDF(file.toFile())) {
            var renderer = new PDFRenderer(document);
            List<byte[]> pictures = new ArrayList<>();
            for (int page = 0; page < Math.min(most, document.getNumberOfPages()); page++) {
                var png = new ByteArrayOutputStream();
                if (!ImageIO.write(renderer.renderImageWithDPI(page, DOTS_PER_INCH), "png", png))
                    throw new IOException("this Java writes no PNG");
                pictures.add(png.toByteArray());
            }
            return pictures;
        }
    }
}
