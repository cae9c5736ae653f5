package dev.assay.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Objects;
import java.util.TimeZone;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.util.Matrix;

/**
 * A cursor that goes down A4 pages. Places are relative to it: x from the left margin, y upwards. Characters that the font
 * lacks become question marks.
 */
final class PdfCanvas {
    private static final float MARGIN = 54;
    private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private final PDDocument document = new PDDocument();
    private final PDFont font;
    private PDPageContentStream out;
    private float y;
    private int pages;

    PdfCanvas(String title) {
        try (InputStream in = PDDocument.class.getResourceAsStream(FONT)) {
            font = PDType0Font.load(document, Objects.requireNonNull(in, "PDFBox lacks its font"), true);
            document.getDocumentInformation().setTitle(title);
            Calendar epoch = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
            epoch.setTimeInMillis(0); // the same calls give the same file
            document.getDocumentInformation().setCreationDate(epoch);
            out = page();
        } catch (IOException e) {
            throw new UncheckedIOException("the PDF can't be begun", e);
        }
    }

    private PDPageContentStream page() throws IOException {
        var page = new PDPage(PDRectangle.A4);
        document.addPage(page);
        var stream = new PDPageContentStream(document, page);
        y = PDRectangle.A4.getHeight() - MARGIN - 10;
        pages++;
        String number = String.valueOf(pages);
        stream.beginText();
        stream.setFont(font, 8);
        stream.setNonStrokingColor(0.55f, 0.57f, 0.6f);
        stream.newLineAtOffset(PDRectangle.A4.getWidth() - MARGIN - width(number, 8), MARGIN / 2);
        stream.showText(number);
        stream.endText();
        return stream;
    }

    /** Width between the margins. */
    float width() {
        return PDRectangle.A4.getWidth() - 2 * MARGIN;
    }

    float width(String text, float size) {
        try {
            return font.getStringWidth(known(text)) / 1000 * size;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String known(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            String one = Character.toString(Character.isWhitespace(c) ? ' ' : c);
            try {
                font.encode(one);
                out.append(one);
            } catch (IllegalArgumentException | IOException e) {
                out.append('?');
            }
        });
        return out.toString();
    }

    /** Goes to a new page unless so much is left. */
    void room(float height) {
        if (y - height >= MARGIN) return;
        try {
            out.close();
            out = page();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void down(float by) {
        y -= by;
    }

    void text(String text, float x, float size, float[] colour) {
        textAt(text, x, 0, size, colour);
    }

    /** {@code below} the cursor. */
    void textAt(String text, float x, float below, float size, float[] colour) {
        show(text, x, below, size, colour, false);
    }

    void bold(String text, float x, float size, float[] colour) {
        show(text, x, 0, size, colour, true);
    }

    private void show(String text, float x, float below, float size, float[] colour, boolean bold) {
        draw(() -> {
            out.beginText();
            out.setFont(font, size);
            out.setNonStrokingColor(colour[0], colour[1], colour[2]);
            out.setStrokingColor(colour[0], colour[1], colour[2]);
            out.setRenderingMode(bold ? RenderingMode.FILL_STROKE : RenderingMode.FILL);
            if (bold) out.setLineWidth(size * 0.026f); // one font is embedded: bold is its outline
            out.newLineAtOffset(MARGIN + x, y - below);
            out.showText(known(text));
            out.endText();
        });
    }

    /** Written upwards, from the cursor on. */
    void textUp(String text, float x, float size, float[] colour) {
        draw(() -> {
            out.beginText();
            out.setFont(font, size);
            out.setNonStrokingColor(colour[0], colour[1], colour[2]);
            out.setRenderingMode(RenderingMode.FILL);
            out.setTextMatrix(Matrix.getRotateInstance(Math.PI / 2, MARGIN + x, y));
            out.showText(known(text));
            out.endText();
        });
    }

    void line(float x1, float y1, float x2, float y2, float[] colour, float width) {
        draw(() -> {
            out.setStrokingColor(colour[0], colour[1], colour[2]);
            out.setLineWidth(width);
            out.setLineCapStyle(1);
            out.moveTo(MARGIN + x1, y + y1);
            out.lineTo(MARGIN + x2, y + y2);
            out.stroke();
        });
    }

    void dashed(float x1, float y1, float x2, float y2, float[] colour, float width) {
        draw(() -> out.setLineDashPattern(new float[] {3, 3}, 0));
        line(x1, y1, x2, y2, colour, width);
        draw(() -> out.setLineDashPattern(new float[0], 0));
    }

    /** Filled; its top is {@code top} above the cursor. */
    void box(float x, float top, float width, float height, float[] colour) {
        draw(() -> {
            out.setNonStrokingColor(colour[0], colour[1], colour[2]);
            out.addRect(MARGIN + x, y + top - height, width, height);
            out.fill();
        });
    }

    void dot(float x, float up, float radius, float[] colour) {
        draw(() -> {
            float k = 0.5523f * radius; // a circle of four curves
            float cx = MARGIN + x;
            float cy = y + up;
            out.setNonStrokingColor(colour[0], colour[1], colour[2]);
            out.moveTo(cx - radius, cy);
            out.curveTo(cx - radius, cy + k, cx - k, cy + radius, cx, cy + radius);
            out.curveTo(cx + k, cy + radius, cx + radius, cy + k, cx + radius, cy);
            out.curveTo(cx + radius, cy - k, cx + k, cy - radius, cx, cy - radius);
            out.curveTo(cx - k, cy - radius, cx - radius, cy - k, cx - radius, cy);
            out.fill();
        });
    }

    private interface Drawing {
        void run() throws IOException;
    }

    private static void draw(Drawing drawing) {
        try {
            drawing.run();
        } catch (IOException e) {
            throw new UncheckedIOException("the PDF can't be written", e);
        }
    }

    /** Lines of at most a width, broken at spaces, and within words that are longer than that. */
    List<String> wrap(String text, float size, float width) {
        List<String> lines = new ArrayList<>();
        var line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            String rest = word;
            while (width(rest, size) > width && rest.length() > 1) {
                if (!line.isEmpty()) lines.add(take(line));
                int cut = rest.length();
                while (cut > 1 && width(rest.substring(0, cut), size) > width) cut--;
                lines.add(rest.substring(0, cut));
                rest = rest.substring(cut);
            }
            String longer = line.isEmpty() ? rest : line + " " + rest;
            if (width(longer, size) > width) {
                lines.add(take(line));
                line.append(rest);
            } else {
                line.setLength(0);
                line.append(longer);
            }
        }
        lines.add(take(line));
        return lines;
    }

    private static String take(StringBuilder line) {
        String text = line.toString();
        line.setLength(0);
        return text;
    }

    /** The text, or its beginning with an ellipsis where it is too wide. */
    String fit(String text, float size, float width) {
        if (width(text, size) <= width) return text;
        String cut = text;
        while (cut.length() > 1 && width(cut + "…", size) > width) cut = cut.substring(0, cut.length() - 1);
        return cut + "…";
    }

    byte[] finish() {
        try (document) {
            out.close();
            var bytes = new ByteArrayOutputStream();
            document.setDocumentId(0L);
            document.save(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("the PDF can't be ended", e);
        }
    }
}
