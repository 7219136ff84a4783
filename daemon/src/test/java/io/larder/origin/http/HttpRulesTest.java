package io.larder.origin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What needs no server to be decided.
class HttpRulesTest {
  @Test
  void redirectsNeverLeaveHttps() {
    URI asked = URI.create("https://host/a.bin");
    assertThatThrownBy(() -> Calls.next(asked, asked, Optional.of("http://cdn/a.bin?sig=s3cr3t")))
        .hasMessageContaining("https://host/a.bin redirects from https to plain http on cdn")
        .hasMessageNotContaining("s3cr3t");
    assertThat(Calls.next(asked, asked, Optional.of("https://cdn/a.bin")))
        .isEqualTo(URI.create("https://cdn/a.bin"));
    assertThat(Calls.next(asked, asked, Optional.of("../b.bin")).getScheme()).isEqualTo("https");
    URI plain = URI.create("http://host/a.bin");
    assertThat(Calls.next(plain, plain, Optional.of("https://host/a.bin"))).isEqualTo(asked);
  }

  @Test
  void retryAfterMayBeADate() {
    Instant now = Instant.parse("2026-11-21T08:00:00Z");
    assertThat(Statuses.retryAfter(Optional.of("Sat, 21 Nov 2026 08:00:30 GMT"), now))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(Statuses.retryAfter(Optional.of("Sat, 21 Nov 2026 07:00:30 GMT"), now))
        .isEqualTo(Duration.ZERO);
    assertThat(Statuses.retryAfter(Optional.of("999999999"), now)).isEqualTo(Duration.ofDays(1));
    assertThat(Statuses.retryAfter(Optional.of("soon"), now)).isNull();
  }

  @Test
  void optionsHideTokens() {
    assertThat(
            HttpOptions.defaults().withBearerTokens(Map.of("https://host", "hunter2")).toString())
        .contains("https://host")
        .doesNotContain("hunter2");
  }
}
