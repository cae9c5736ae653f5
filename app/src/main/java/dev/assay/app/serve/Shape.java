package dev.assay.app.serve;

import dev.assay.app.serve.Written.Usage;
import java.util.List;

/** The JSON of an answer: of chats and of bare texts. */
interface Shape {
    /** Whether a text can be shown only when it has ended. */
    boolean atOnce();

    Object whole(List<Written> all, Usage usage);

    /** What a stream of so many texts begins with. */
    List<Object> opening(int texts);

    Object piece(int text, String piece, List<TokenScore> scores);

    /** What a stream says of a text that has ended; all of it, where it is shown at once. */
    List<Object> ending(Written written);

    Object usage(Usage usage);
}
