package io.larder.content;

import java.util.BitSet;
import java.util.Collection;
import java.util.stream.IntStream;

/// An immutable set of chunk or extent indexes.
public final class IndexSet {
  private static final IndexSet EMPTY = new IndexSet(new BitSet());

  private final BitSet bits;

  private IndexSet(BitSet bits) {
    this.bits = bits;
  }

  public static IndexSet empty() {
    return EMPTY;
  }

  /// 0 (inclusive) to `end` (exclusive).
  public static IndexSet range(int start, int end) {
    BitSet bits = new BitSet(end);
    bits.set(start, end);
    return new IndexSet(bits);
  }

  public static IndexSet of(int... indexes) {
    BitSet bits = new BitSet();
    for (int index : indexes) {
      bits.set(index);
    }
    return new IndexSet(bits);
  }

  public static IndexSet of(Collection<Integer> indexes) {
    BitSet bits = new BitSet();
    indexes.forEach(bits::set);
    return new IndexSet(bits);
  }

  /// @param bits copied
  public static IndexSet copyOf(BitSet bits) {
    return new IndexSet((BitSet) bits.clone());
  }

  /// Reads what [#toByteArray()] wrote.
  public static IndexSet of(byte[] littleEndian) {
    return new IndexSet(BitSet.valueOf(littleEndian));
  }

  public boolean contains(int index) {
    return bits.get(index);
  }

  /// Number of members.
  public int size() {
    return bits.cardinality();
  }

  public boolean isEmpty() {
    return bits.isEmpty();
  }

  /// One more than the largest member; 0 when empty.
  public int end() {
    return bits.length();
  }

  /// Members in ascending order.
  public IntStream stream() {
    return bits.stream();
  }

  public IndexSet union(IndexSet other) {
    BitSet result = toBitSet();
    result.or(other.bits);
    return new IndexSet(result);
  }

  public IndexSet intersection(IndexSet other) {
    BitSet result = toBitSet();
    result.and(other.bits);
    return new IndexSet(result);
  }

  public IndexSet minus(IndexSet other) {
    BitSet result = toBitSet();
    result.andNot(other.bits);
    return new IndexSet(result);
  }

  /// A mutable copy.
  public BitSet toBitSet() {
    return (BitSet) bits.clone();
  }

  /// Little-endian bit order, as [BitSet#toByteArray()].
  public byte[] toByteArray() {
    return bits.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IndexSet that && bits.equals(that.bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  @Override
  public String toString() {
    return bits.toString();
  }
}
