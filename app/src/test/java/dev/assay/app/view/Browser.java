package dev.assay.app.view;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A headless Chromium. Tests are passed over where there is none. */
final class Browser implements AutoCloseable {
    private static final int PATIENCE = 2400;
    private static final long PAUSE = 50;

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser open(Path profile) {
        Optional<Path> chromium = program("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = program("chromedriver");
        Assumptions.assumeTrue(
                chromium.isPresent() && chromedriver.isPresent(),
                "no Chromium with ChromeDriver on the PATH (Debian: apt-get install chromium chromium-driver)");
        var options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow().toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--user-data-dir=" + profile);
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        var driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(10)).pageLoadTimeout(Duration.ofMinutes(10));
        return new Browser(driver);
    }

    private static Optional<Path> program(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    }

    /** @param mode dark or light */
    void prefers(String mode) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", mode))));
    }

    /** Opens an address anew. */
    void go(String url) {
        driver.get("about:blank");
        driver.get(url);
    }

    Object js(String script, Object... args) {
        return driver.executeScript(script, args);
    }

    long count(String selector) {
        return (Long) js("return document.querySelectorAll(arguments[0]).length", selector);
    }

    /** Waits until the script says true. */
    void until(String script, Object... args) {
        for (int i = 0; i < PATIENCE; i++) {
            if (Boolean.TRUE.equals(js("return " + script, args))) return;
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        throw new AssertionError("never: " + script + "\nat " + driver.getCurrentUrl() + "\n"
                + js("return document.querySelector('main').innerText.slice(0, 2000)"));
    }

    WebElement find(String selector) {
        until("!!document.querySelector(arguments[0])", selector);
        return driver.findElement(By.cssSelector(selector));
    }

    void click(String selector) {
        find(selector).click();
    }

    void press(CharSequence... keys) {
        for (CharSequence key : keys) driver.switchTo().activeElement().sendKeys(key);
    }

    void escape() {
        press(Keys.ESCAPE);
    }

    String url() {
        return String.valueOf(driver.getCurrentUrl());
    }

    /** What axe finds on the page that is serious or critical, a line each. */
    List<?> barriers() {
        js(axe());
        return (List<?>) driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations
                    .filter(v => ['serious', 'critical'].includes(v.impact))
                    .flatMap(v => v.nodes.map(n => v.id + ': ' + n.target + ' ' + n.failureSummary))));
                """);
    }

    private static String axe() {
        try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
            if (in == null) throw new AssertionError("axe-core is missing");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps a picture of the screen in the folder that {@code assay.images} names, {@code target/images} else. */
    void picture(String name) {
        Path folder = Path.of(System.getProperty("assay.images", "target/images"));
        try {
            Files.createDirectories(folder);
            byte[] taken = driver.getScreenshotAs(OutputType.BYTES);
            BufferedImage small = Palette.of(ImageIO.read(new ByteArrayInputStream(taken)));
            ImageIO.write(small, "png", folder.resolve(name + ".png").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the page complained of since the last call. */
    List<String> complaints() {
        var all = new ArrayList<String>();
        driver.manage().logs().get("browser").forEach(l -> all.add(l.getMessage()));
        return all;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
