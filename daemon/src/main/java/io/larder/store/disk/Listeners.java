package io.larder.store.disk;

import io.larder.store.Subscription;
import io.larder.store.VerifiedListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who wants to hear of changes. Thread-safe.
final class Listeners {
  private static final Logger log = LoggerFactory.getLogger(Listeners.class);

  private final List<VerifiedListener> listeners = new CopyOnWriteArrayList<>();

  Subscription add(VerifiedListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void tell(Consumer<VerifiedListener> event) {
    for (VerifiedListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        log.warn("a listener of the store failed; the store goes on", e);
      }
    }
  }
}
