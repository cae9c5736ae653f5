package dev.assay.research;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles a candidate that is code, inside the training process and its limits. */
final class SourceCode {
    static final String ENTRY = "Candidate";

    private SourceCode() {}

    /** @throws ResearchException with the compiler's words if it does not compile, or has no class {@value #ENTRY} */
    static TrainingCode compile(Map<String, String> sources, Path out) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null)
            throw new ResearchException("candidates that are code need a JDK, this is a runtime alone");
        var words = new StringWriter();
        List<Source> units = sources.entrySet().stream()
                .map(s -> new Source(s.getKey(), s.getValue()))
                .toList();
        List<String> options =
                List.of("-d", out.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
        try {
            Files.createDirectories(out);
            if (!compiler.getTask(words, null, null, options, null, units).call())
                throw new ResearchException("the code does not compile:\n" + words);
            URL[] path = {out.toUri().toURL()};
            var loader = new URLClassLoader(path, SourceCode.class.getClassLoader());
            return (TrainingCode)
                    loader.loadClass(ENTRY).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new ResearchException(
                    "the code needs a public class " + ENTRY
                            + " that implements TrainingCode and has a constructor without" + " parameters (" + e + ")",
                    e);
        } catch (IOException e) {
            throw new ResearchException(out + " can't be written (" + e.getMessage() + ")", e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
