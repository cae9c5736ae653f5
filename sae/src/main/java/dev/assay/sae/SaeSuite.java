package dev.assay.sae;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Variants of recipes that are trained on the same seeds and compared. docs/formats/sae-suite.md has the file.
 *
 * @param about why it is run
 * @param base the row that the others are compared with
 * @param margin differences of scores up to this are none
 */
public record SaeSuite(String name, String about, String base, double margin, List<Row> rows) {
    public SaeSuite {
        rows = List.copyOf(rows);
        List<String> names = rows.stream().map(Row::name).toList();
        if (names.stream().distinct().count() < names.size())
            throw new SaeException(name + ": two rows have one name; rows are " + String.join(", ", names));
        for (String needed :
                Stream.concat(Stream.of(base), rows.stream().map(Row::against)).toList())
            if (!names.contains(needed))
                throw new SaeException(name + ": there is no row '" + needed + "' to compare with; rows are "
                        + String.join(", ", names));
    }

    /**
     * One variant.
     *
     * @param group rows that are shown, and corrected for their number, together
     * @param recipe by name or file
     * @param set fields of the recipe that are replaced
     * @param note for the reader; may be empty
     * @param against the row that it is compared with; its own name for none
     * @param claim what is said of the difference
     */
    public record Row(
            String name,
            String group,
            String recipe,
            Map<String, String> set,
            String note,
            String against,
            Optional<Claim> claim) {}

    public Row row(String name) {
        return rows.stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
    }
}
