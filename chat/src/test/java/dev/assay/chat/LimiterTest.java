package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LimiterTest {
    @Test
    void itDoublesInARoundUntilItIsTooMuch() throws Exception {
        var limiter = new Limiter(4, 10);
        for (int i = 0; i < 4; i++) limiter.answered();
        assertThat(limiter.allowed()).isEqualTo(8);
        for (int i = 0; i < 100; i++) limiter.answered();
        assertThat(limiter.allowed()).isEqualTo(10);
    }

    @Test
    void afterAnOverloadItGrowsByOneForARoundOfAnswersUpToItsBound() throws Exception {
        var limiter = new Limiter(8, 6);
        limiter.overloaded(limiter.enter());
        assertThat(limiter.allowed()).isEqualTo(3);
        for (int i = 0; i < 4; i++) limiter.answered();
        assertThat(limiter.allowed()).isEqualTo(4);
        for (int i = 0; i < 100; i++) limiter.answered();
        assertThat(limiter.allowed()).isEqualTo(6);
    }

    @Test
    void oneOverloadHalvesItOnceHoweverManyCallsMeetIt() throws Exception {
        var limiter = new Limiter(16, 16);
        long[] entered = new long[16];
        for (int i = 0; i < 16; i++) entered[i] = limiter.enter();
        for (int i = 0; i < 16; i++) limiter.overloaded(entered[i]);
        assertThat(limiter.allowed()).isEqualTo(8);
        for (int i = 0; i < 16; i++) limiter.leave();
        for (int i = 0; i < 10; i++) {
            long later = limiter.enter();
            limiter.overloaded(later);
            limiter.leave();
        }
        assertThat(limiter.allowed()).isEqualTo(1);
    }

    @Test
    void noMoreEnterThanAreAllowed() throws Exception {
        var limiter = new Limiter(3, 3);
        var most = new java.util.concurrent.atomic.AtomicInteger();
        var inside = new java.util.concurrent.atomic.AtomicInteger();
        var threads = IntStream.range(0, 40)
                .mapToObj(i -> Thread.ofVirtual().start(() -> {
                    try {
                        limiter.enter();
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.sleep(1);
                        inside.decrementAndGet();
                        limiter.leave();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        for (Thread thread : threads) thread.join();
        assertThat(most.get()).isEqualTo(3);
    }
}
