package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.assay.report.PdfReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiteratureTest {
    @TempDir
    Path temp;

    @Test
    void notesAndPagesOfPdfsAreRankedByTheirRareWords() throws IOException {
        Files.createDirectories(temp.resolve("deep"));
        Files.writeString(temp.resolve("deep/a.md"), "The decoder is a dictionary.\n\nThe encoder is a matrix.\n");
        Files.writeString(
                temp.resolve("b.txt"), "x ".repeat(2000) + "\n\nThresholding shrinks the encoder iteratively.");
        var pdf = new PdfReport("Iterative shrinkage", "of thresholds");
        pdf.prose("LISTA unrolls iterative shrinkage and learns its matrices.");
        Files.write(temp.resolve("c.pdf"), pdf.toPdf());
        Files.writeString(temp.resolve("d.html"), "LISTA LISTA LISTA");
        Literature notes = Literature.of(temp.toString());
        assertThat(notes.search("LISTA")).extracting(Literature.Passage::source).containsExactly("c.pdf, page 1");
        assertThat(notes.search("encoder thresholding iteratively"))
                .extracting(Literature.Passage::source)
                .startsWith("b.txt")
                .contains("deep/a.md");
        assertThat(notes.search("encoder")).allSatisfy(p -> assertThat(p.text()).hasSizeLessThanOrEqualTo(1500));
        assertThat(notes.search("a zebra")).isEmpty();
    }

    @Test
    void aSearchIsAskedByItsAddress() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/", exchange -> {
            byte[] said = exchange.getRequestURI().toString().getBytes(StandardCharsets.UTF_8);
            boolean known = exchange.getRequestURI().getPath().equals("/find");
            exchange.sendResponseHeaders(known ? 200 : 500, said.length);
            exchange.getResponseBody().write(said);
            exchange.close();
        });
        server.start();
        try {
            String base = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(Literature.of(base + "/find?q={query}").search("sparse & deep"))
                    .singleElement()
                    .satisfies(p -> assertThat(p.text()).isEqualTo("/find?q=sparse+%26+deep"));
            assertThatThrownBy(() -> Literature.of(base + "/lost?q={query}").search("x"))
                    .hasMessageContaining("status 500");
            assertThatThrownBy(() -> Literature.of(base)).hasMessageContaining("{query}");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatIsNoFolderIsSaidToBeNone() {
        assertThatThrownBy(() -> Literature.of(temp.resolve("none").toString()))
                .isInstanceOf(ResearchException.class)
                .hasMessageContaining("no folder");
    }
}
