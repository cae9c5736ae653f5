package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.lm.Arithmetic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DevicesTest {
    @AfterEach
    void exactAgain() {
        Devices.choose(Arithmetic.EXACT);
    }

    @Test
    void whatIsComputedInBf16IsRememberedApart() {
        assertThat(Devices.identity("model")).isEqualTo("model");
        if (Arithmetic.hasBf16()) {
            Devices.choose(Arithmetic.BF16);
            assertThat(Devices.identity("model")).isEqualTo("model-bf16");
        } else {
            assertThatThrownBy(() -> Devices.choose(Arithmetic.BF16))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("leave the option out");
        }
    }
}
