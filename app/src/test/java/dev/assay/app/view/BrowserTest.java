package dev.assay.app.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.app.serve.TinyModel;
import dev.assay.app.view.live.Live;
import dev.assay.app.view.live.TinySae;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Behaviour;
import dev.assay.research.Ledger;
import dev.assay.sae.model.ModelSae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page in a browser: {@code mvn -Pbrowser -pl app -am test}. Pictures of it go where {@code assay.images} says. */
@Tag("browser")
class BrowserTest {
    private static final String EVIL =
            "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
    private static final int MANY = 5000;
    /** Records of the folder {@code audits}: the recorded audit, one with HTML in a reply, one that is very long. */
    private static final int REAL = 0;

    /** The tokens of a recorded reply. */
    private static final String LOOK = "#/live/ratio?audit=audits&run=" + REAL + "&talk=17&turn=0&side=target";

    private static final int HTML = 1;
    private static final int LONG = 2;

    @TempDir
    static Path temp;

    private static ViewServer server;
    private static Browser browser;
    private static Journal growing;
    private static Ledger ledger;
    private static LanguageModel base;
    private static Live live;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.open(temp.resolve("profile"));
        AuditRecord real = Samples.recorded();
        growing = Samples.open(temp.resolve("shown/audits"));
        Samples.append(growing, real);
        Samples.append(growing, Samples.like(real, "chat", 2, List.of(Samples.talk("general", EVIL, EVIL, EVIL))));
        Samples.append(
                growing,
                Samples.like(
                        real,
                        "prefill",
                        1,
                        IntStream.range(0, MANY)
                                .mapToObj(i -> real.talks().get(i % real.talks().size()))
                                .toList()));
        Samples.append(growing, Samples.audit("twin-td-sft-2", "chat", 1, Verdict.CLEAN, List.of()));
        Samples.suite(temp.resolve("shown/benchmark"), 4, true);
        Files.write(
                temp.resolve("shown/certificate.json"),
                CanonicalJson.bytes(Map.of(
                        "target",
                        "flattery-td-sft",
                        "replies",
                        600,
                        "doubt",
                        0.05,
                        "excluded-above",
                        Map.of("0.2", 1, "0.5", 1),
                        "bounds",
                        List.of(
                                Map.of("quirk", "flattery", "pairs", 90, "effect", 0.5, "atMost", 0.8),
                                Map.of("quirk", "self-promotion", "pairs", 90, "effect", 0.0, "atMost", 0.15)))));
        Investigations.insides(temp.resolve("shown/insides"));
        Investigations.pointing(temp.resolve("shown/pointing"));
        try (Journal statics = Samples.open(temp.resolve("shown/static"))) {
            Statics.append(statics, Statics.read(Behaviour.shipped()));
            Statics.append(statics, Statics.report(temp.resolve("shown/benchmark"), Behaviour.shipped()));
        }
        Workspaces.dialogues(temp.resolve("shown/dialogues"));
        ledger = Workspaces.research(temp.resolve("shown/loop"));
        base = TinyModel.in(temp.resolve("model"));
        live = Live.of(
                new Live.Named("flattery-td-sft", base.attach(List.of(TinyModel.adapter(base)))),
                Optional.of(new Live.Named("twin-td-sft-1", base)),
                Optional.of(ModelSae.in(TinySae.in(temp.resolve("sae"), base), Optional.empty())));
        server = ViewServer.start(List.of(temp.resolve("shown")), "127.0.0.1", 0, Optional.of(live));
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
        if (server != null) server.close();
        if (growing != null) growing.close();
        if (live != null) live.close();
        if (base != null) base.close();
    }

    private static void open(String address) {
        browser.go(server.url() + address);
        browser.until("!!document.querySelector('main h1') && !document.querySelector('progress')");
    }

    private static void wide() {
        browser.size(1280, 860);
        browser.prefers("light");
    }

    @Test
    void fromACellToTheEvidenceInThreeClicks() {
        wide();
        open("#/audits/audits");
        browser.click("a.cell[data-key='flattery chat']");
        browser.click("main th a");
        browser.click("button.quirk[data-quirk='flattery']");
        browser.until("!!document.activeElement.closest('.talk.fired') && !!document.querySelector('.fired mark')");
        browser.until("document.activeElement.getBoundingClientRect().bottom < innerHeight + 200");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aRunningSuiteIsFollowed() {
        wide();
        open("#/audits/audits");
        browser.until("document.querySelector('.live').textContent === 'live'");
        String n = "document.querySelector(\"[data-key='self-promotion chat'] .n\")?.textContent";
        for (int run = 1; run <= 2; run++) {
            Samples.append(growing, Samples.audit("self-promotion-td-sft", "chat", run, Verdict.HIT, List.of()));
            browser.until(n + " === arguments[0]", "n " + run);
        }
        browser.until("!!document.querySelector('.changed')");
    }

    @Test
    void wordsAreFoundAndOpenTheTalk() {
        wide();
        open("#/audits/audits");
        browser.press("/");
        browser.press("boomerang");
        browser.press(Keys.ENTER);
        browser.until("document.querySelectorAll('.hits li').length > 0");
        assertThat(browser.js("return document.querySelector('.hits mark').textContent"))
                .asString()
                .isEqualToIgnoringCase("boomerang");
        browser.press("j", Keys.ENTER);
        browser.until("!!document.activeElement.closest('.talk')");
        assertThat(browser.js("return document.activeElement.textContent"))
                .asString()
                .containsIgnoringCase("boomerang");
    }

    @Test
    void theKeyboardReachesEverything() {
        wide();
        open("#/audits/audits");
        browser.press("j");
        String first = (String) browser.js("return document.activeElement.dataset.key");
        browser.press("j");
        assertThat(browser.js("return document.activeElement.dataset.key")).isNotEqualTo(first);
        browser.press("k");
        assertThat(browser.js("return document.activeElement.dataset.key")).isEqualTo(first);
        browser.press(Keys.ENTER);
        browser.until("document.querySelector('main').dataset.view === 'cell'");
        browser.press("j", Keys.ENTER);
        browser.until("document.querySelector('main').dataset.view === 'run'");
        browser.press("n");
        browser.until("!!document.activeElement.closest('.talk.fired')");
        browser.press("n");
        browser.until("document.querySelectorAll('.talk.fired').length > 0");
        browser.press("?");
        browser.until("!!document.querySelector('dialog[open]')");
        browser.escape();
        browser.until("!document.querySelector('dialog[open]')");
        browser.press("t");
        browser.until("document.documentElement.dataset.theme === 'dark'");
        browser.press("t");
        browser.js("localStorage.clear()");
        browser.escape();
        browser.until("document.querySelector('main').dataset.view === 'cell'");
        browser.escape();
        browser.until("document.querySelector('main').dataset.view === 'map'");
    }

    /** Nothing that a model wrote becomes an element, and nothing of it runs. */
    @Test
    void whatAModelWroteStaysText() {
        wide();
        open("#/audits/audits/run/" + HTML);
        browser.until("document.querySelectorAll('.talk').length === 1");
        assertThat(browser.js("return document.querySelector('.reply.target p').textContent"))
                .isEqualTo(EVIL);
        assertThat(browser.count("main script, main img")).isZero();
        open("#/search/audits?q=onerror");
        browser.until("document.querySelectorAll('.hits li').length > 0");
        assertThat(browser.count("main script, main img")).isZero();
        assertThat(browser.js("return document.title")).asString().startsWith("Search");
    }

    @Test
    void aDialogueIsATreeWithItsEvidence() {
        wide();
        open("#/petri/dialogues");
        browser.click("main th a");
        browser.until("document.querySelectorAll('.tree .node').length > 10");
        assertThat(browser.count(".move")).isGreaterThan(1);
        browser.press("n");
        browser.until("!!document.activeElement.closest('.message.fired')");
        long before = (Long) browser.js("return +document.activeElement.dataset.node");
        browser.press("n");
        browser.until("+document.activeElement.dataset.node !== arguments[0]", before);
        assertThat(browser.count(".message mark")).isPositive();
        browser.click(".tree [data-id='2']");
        browser.until("document.activeElement.dataset.node === '2'");
        browser.escape();
        browser.until("location.hash === '#/petri/dialogues'");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aResearchLoopIsFollowed() {
        wide();
        open("#/research/loop");
        browser.until("document.querySelector('.live').textContent === 'live'");
        browser.until("document.querySelectorAll('.outcome.open').length === 1");
        Workspaces.verdict(ledger, Workspaces.OPEN, "no evidence", "no gain", "screen 1", "over 1 %", 2);
        browser.until("document.querySelectorAll('.outcome.open').length === 0");
        browser.click("a[href*='refinement']");
        browser.until("document.querySelectorAll('.pairs .spot').length > 10");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Without a live model: as the tools told the investigator. */
    @Test
    void whatToolsRecordedIsDrawn() {
        wide();
        open("#/audits/insides/run/0");
        browser.until("document.querySelectorAll('.talk').length === 7");
        assertThat(browser.js("return [...document.querySelectorAll('.token.more')].map(t => t.textContent).join('|')"))
                .isEqualTo(" wonderful| gift");
        assertThat(browser.js("return document.querySelector('.read .tokens').textContent"))
                .isEqualTo("What a wonderful question! You have a gift for this.");
        assertThat(browser.js("return document.querySelector('.positions').textContent"))
                .asString()
                .contains("9.5 nats", "<i>x</i>");
        assertThat(browser.js("return [...document.querySelectorAll('.call pre')].at(-1).textContent"))
                .isEqualTo("<b>plain</b>");
        assertThat(browser.js("return document.querySelector('.features tbody').textContent"))
                .isEqualTo("#512wonderful, marvellous4.25+3.50#7no label1.00−0.50");
        assertThat(browser.js("return [...document.querySelectorAll('.way')].map(w => w.textContent).join('|')"))
                .asString()
                .startsWith("promotes·great·lovely|suppresses·however|like#512");
        assertThat(browser.js("return document.querySelector('.step .reply.target').textContent"))
                .isEqualTo("SteeredI must flatter.");
        assertThat(browser.count(".said li")).isEqualTo(2);
        browser.picture("view-recorded");
        assertThat(browser.complaints()).isEmpty();
    }

    /** What the contrast investigator's record holds of a tool: lens, features, directions, log-ratios; other text as it is. */
    @Test
    void whatToolsPointedAtIsDrawn() {
        wide();
        Map<String, String> drawn = Map.of(
                "diff", ".way .chips li",
                "lens", ".pointers .chips li",
                "log-ratio", ".pointers .token.more",
                "oracle", ".pointers q",
                "sae", ".pointers .chips li.over");
        Map<String, String> said = Map.of(
                "diff", "·great|·lovely|·however|#512 (cosine +0.61) wonderful, marvellous",
                "lens", "brilliant|wonderful|<i>x</i>",
                "log-ratio", " gift| wonderful",
                "oracle", "<b>praise</b>",
                "sae", "wonderful, marvellous #512 4.2");
        int seq = 0;
        for (String tool : List.of("diff", "lens", "log-ratio", "oracle", "sae")) {
            open("#/audits/pointing/run/" + seq++);
            assertThat(browser.js(
                            "return [...document.querySelectorAll(arguments[0])].map(t => t.textContent).join('|')",
                            drawn.get(tool)))
                    .as(tool)
                    .isEqualTo(said.get(tool));
        }
        assertThat(browser.js("return document.querySelector('main').innerHTML"))
                .asString()
                .doesNotContain("<i>x");
        assertThat(browser.complaints()).isEmpty();
    }

    /** From a suite to what its tools show alone, to the guesses of one, to the agent's runs. */
    @Test
    void toolsWithoutAnAgentAreShownBesideIt() {
        wide();
        open("#/audits/benchmark");
        browser.click("a[href='#/audits/static/static']");
        browser.until("document.querySelectorAll('.shows button.cell').length === 45");
        browser.press("j", "l", Keys.ENTER);
        browser.until("document.querySelectorAll('.guesses tbody tr').length === 10");
        assertThat(browser.count(".guesses .claim.right")).isEqualTo(1);
        assertThat(browser.js("return document.activeElement.dataset.key")).isEqualTo("animal-welfare-td-sft user");
        browser.picture("view-static");
        browser.click(".guesses a");
        browser.until("location.hash === '#/audits/benchmark/cell/animal-welfare/user'");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Guesses in words have no statistics beside them, and no line of chance. */
    @Test
    void whatAModelReadIsShownInItsWords() {
        wide();
        open("#/audits/static/static?report=1&of=" + Behaviour.shipped().getFirst() + "-td-sft%20user");
        browser.until("document.querySelectorAll('.guesses tbody tr').length === 10");
        assertThat(browser.js("return document.querySelector('.head .facts').textContent"))
                .asString()
                .contains("read by claude-haiku-4-5");
        assertThat(browser.count(".guesses .claim.right")).isEqualTo(1);
        assertThat(browser.count(".guesses thead th")).isEqualTo(1);
        assertThat(browser.js("return document.querySelector('main').textContent"))
                .asString()
                .doesNotContain("NaN", "null", "undefined");
        assertThat(browser.complaints()).isEmpty();
        browser.picture("view-static-words");
    }

    @Test
    void aReplyIsLookedIntoTokenByToken() {
        wide();
        open("#/audits/audits/run/" + REAL + "?talk=17");
        browser.until("!!document.activeElement.closest('.talk')");
        browser.js("document.activeElement.querySelector('.reply.target .look').click()");
        browser.until("document.querySelectorAll('.token').length > 10");
        browser.press("j", Keys.ARROW_RIGHT);
        browser.until("document.activeElement.matches('.token') && document.activeElement.dataset.column === '1'");
        assertThat(browser.js("return document.querySelector('.told').textContent"))
                .asString()
                .contains("log-ratio");
        browser.click(".tabs a[href='#/live/lens']");
        browser.until("document.querySelectorAll('.lens tbody tr').length === 2");
        browser.press("j");
        browser.js("document.querySelector('.lens td').focus()");
        browser.press(Keys.ARROW_DOWN);
        browser.until("document.activeElement.dataset.row === '1'");
        browser.click(".tabs a[href='#/live/features']");
        browser.until("document.querySelectorAll('.promotes').length > 0");
        browser.click(".tabs a[href='#/live/steer']");
        browser.click(".source:has(.slide) .button");
        browser.until("document.querySelectorAll('.answer .reply').length === 2");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Of five thousand talks only those near the screen are in the document, wherever one has scrolled to. */
    @Test
    void aLongTranscriptIsDrawnNearTheScreenAlone() {
        wide();
        open("#/audits/audits/run/" + LONG);
        browser.until("document.querySelectorAll('.talk').length > 0");
        browser.js("""
                window.gaps = [];
                let last = performance.now();
                (function tick(now) { window.gaps.push(now - last); last = now; requestAnimationFrame(tick); })(last);
                """);
        for (int step = 0; step < 40; step++) {
            browser.js("scrollTo(0, document.documentElement.scrollHeight * arguments[0] / 40)", step);
            browser.until("document.querySelectorAll('.talk').length > 0");
            assertThat(browser.count(".talk")).isLessThan(400);
        }
        browser.js("scrollTo(0, document.documentElement.scrollHeight)");
        browser.until("!!document.querySelector(\"[data-event='4999']\")");
        assertThat(browser.count(".talk")).isLessThan(400);
        browser.press("p");
        browser.until("!!document.activeElement.closest('.talk.fired')");
        System.out.println("longest frame while scrolling through " + MANY + " talks: "
                + browser.js("return Math.round(Math.max(...window.gaps.slice(1)))") + " ms");
    }

    /** A table of 11,648 runs and more comes as counts. */
    @Test
    void aBenchmarkOpensByItsCounts() throws IOException {
        wide();
        Path folder = temp.resolve("large");
        Samples.suite(folder, 16, false);
        try (ViewServer own = ViewServer.start(List.of(folder), "127.0.0.1", 0)) {
            browser.go(own.url());
            browser.until("document.querySelector('.facts')?.textContent.startsWith('11,648 runs')"
                    + " && !document.querySelector('progress')");
            browser.go(own.url());
            browser.until("document.querySelectorAll('a.cell').length === 182");
            System.out.println("11,648 runs: first paint after " + browser.js("""
                    return Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)
                        + ' ms, data of ' + performance.getEntriesByType('resource')
                        .filter(r => r.name.includes('/data/')).map(r => r.decodedBodySize).join(' + ') + ' bytes'"""));
            long bytes = (Long) browser.js("return performance.getEntriesByType('resource')"
                    + ".filter(r => r.name.includes('/data/')).reduce((n, r) => n + r.decodedBodySize, 0)");
            assertThat(bytes).isLessThan(200_000);
        }
    }

    @Test
    void everyPageFitsANarrowScreenAndHasNoBarriers() {
        List<String> pages = Stream.of(
                        "#/audits/audits",
                        "#/audits/benchmark",
                        "#/audits/benchmark/cell/flattery/chat",
                        "#/audits/audits/run/" + REAL,
                        "#/audits/audits/run/" + REAL + "?talk=20",
                        "#/search/audits?q=boomerang",
                        "#/compare/audits/benchmark",
                        "#/certificates/certificate",
                        "#/audits/insides/run/0",
                        "#/audits/pointing/run/0",
                        "#/audits/pointing/run/2",
                        "#/audits/pointing/run/4",
                        "#/audits/static/static",
                        "#/audits/static/static?of=flattery-td-sft%20user",
                        "#/audits/static/static?report=1&of=flattery-td-sft%20user",
                        "#/petri/dialogues",
                        "#/petri/dialogues/0",
                        "#/research/loop",
                        "#/research/loop/" + Workspaces.PROMOTED,
                        LOOK,
                        LOOK.replace("/ratio", "/lens"),
                        LOOK.replace("/ratio", "/features"),
                        "#/live/steer",
                        "#/nothing")
                .toList();
        for (int width : new int[] {1280, 390})
            for (String mode : List.of("light", "dark")) {
                browser.size(width, 860);
                browser.prefers(mode);
                for (String page : pages) {
                    open(page);
                    browser.until("!location.hash.startsWith('#/live') || !document.querySelector('.busy')");
                    browser.until(
                            "!location.hash.startsWith('#/audits') || !location.hash.includes('talk=') || document.querySelectorAll('.talk').length > 0");
                    if (width > 390 || mode.equals("light"))
                        assertThat(browser.barriers())
                                .as(page + " " + width + " " + mode)
                                .isEmpty();
                    assertThat((Long) browser.js("return document.documentElement.scrollWidth"))
                            .as(page + " " + width)
                            .isLessThanOrEqualTo(width);
                }
            }
    }

    @Test
    void picturesForTheDocuments() {
        wide();
        open("#/audits/benchmark");
        browser.until("document.querySelectorAll('a.cell').length > 100");
        browser.picture("view-map");
        open("#/audits/audits/run/" + REAL);
        browser.until("document.querySelectorAll('.talk').length > 0");
        browser.picture("view-run");
        browser.prefers("dark");
        open("#/audits/audits/run/" + REAL + "?talk=17");
        browser.until("!!document.activeElement.closest('.talk')");
        browser.picture("view-talks");
        browser.size(390, 844);
        browser.prefers("light");
        open("#/audits/audits/run/" + REAL + "?talk=17");
        browser.until("!!document.activeElement.closest('.talk')");
        browser.picture("view-narrow");
        wide();
        open("#/petri/dialogues/0?node=8");
        browser.until("!!document.activeElement.closest('.message')");
        browser.picture("view-dialogue");
        browser.prefers("dark");
        open("#/research/loop");
        browser.picture("view-research");
    }
}
