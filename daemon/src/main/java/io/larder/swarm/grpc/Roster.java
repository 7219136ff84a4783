package io.larder.swarm.grpc;

import io.larder.content.NodeId;
import io.larder.swarm.Membership.Member;
import io.larder.swarm.NodeInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// Who was heard of, and how long ago. Of two reports about a node the one with the higher
/// incarnation stands, then the fresher one. Ages only grow as reports are handed on, so a node
/// that has stopped is forgotten by all although they go on telling each other about it. No I/O;
/// thread-safe.
final class Roster {
  /// Silent nodes stay known so much longer than they count as members, as addresses to try.
  private static final int KNOWN_FACTOR = 60;

  private final NodeInfo self;
  private final Duration silence;
  private final LongSupplier nanoTime;
  private final Map<NodeId, Heard> others = new TreeMap<>();

  private record Heard(NodeInfo node, long atNanos) {}

  /// @param silence after which a node is no member
  /// @param nanoTime a monotonic clock
  Roster(NodeInfo self, Duration silence, LongSupplier nanoTime) {
    this.self = self;
    this.silence = silence;
    this.nanoTime = nanoTime;
  }

  /// What a report about a node changed.
  enum News {
    /// Nothing that matters.
    NONE,
    /// It was not a member before, or has started anew.
    JOINED,
    /// It has this node's name and is not this node.
    IMPOSTOR
  }

  /// A node was alive `age` ago.
  synchronized News hear(NodeInfo node, Duration age) {
    if (node.id().equals(self.id())) {
      return node.incarnation() > self.incarnation() ? News.IMPOSTOR : News.NONE;
    }
    if (age.isNegative() || age.compareTo(silence) > 0) {
      return News.NONE;
    }
    long at = nanoTime.getAsLong() - age.toNanos();
    Heard before = others.get(node.id());
    if (before == null || node.incarnation() > before.node.incarnation()) {
      others.put(node.id(), new Heard(node, at));
      return News.JOINED;
    }
    if (node.incarnation() < before.node.incarnation() || at - before.atNanos <= 0) {
      return News.NONE;
    }
    others.put(node.id(), new Heard(node, at));
    return isSilent(before) ? News.JOINED : News.NONE;
  }

  private boolean isSilent(Heard heard) {
    return age(heard).compareTo(silence) > 0;
  }

  private Duration age(Heard heard) {
    return Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - heard.atNanos));
  }

  /// This node and all that were heard of lately, by name.
  synchronized List<Member> members() {
    List<Member> members = new ArrayList<>();
    members.add(new Member(self, Duration.ZERO));
    for (Heard heard : others.values()) {
      if (!isSilent(heard)) {
        members.add(new Member(heard.node, age(heard)));
      }
    }
    members.sort((a, b) -> a.node().id().compareTo(b.node().id()));
    return members;
  }

  /// This node, or one that was heard of lately.
  synchronized Optional<NodeInfo> find(NodeId id) {
    if (id.equals(self.id())) {
      return Optional.of(self);
    }
    return Optional.ofNullable(others.get(id)).filter(h -> !isSilent(h)).map(Heard::node);
  }

  /// Also one that has been silent for a while.
  synchronized Optional<NodeInfo> known(NodeId id) {
    return id.equals(self.id())
        ? Optional.of(self)
        : Optional.ofNullable(others.get(id)).map(Heard::node);
  }

  /// At most so many members, at random, without this node.
  synchronized List<Member> sample(int most, Random random) {
    List<Member> sample = new ArrayList<>(members());
    sample.removeIf(member -> member.node().id().equals(self.id()));
    if (sample.size() > most) {
      Collections.shuffle(sample, random);
      return sample.subList(0, most);
    }
    return sample;
  }

  /// Forgets who has been silent for very long.
  synchronized void sweep() {
    Duration most = silence.multipliedBy(KNOWN_FACTOR);
    others.values().removeIf(heard -> age(heard).compareTo(most) > 0);
  }
}
