#!/usr/bin/perl -w
# objdump -d of AArch64 code: print the sequences that a Cortex-A53 may get wrong (its Software Developers Errata
# Notice, 835769 and 843419), one a line.
use strict;

my @last;    # the three instructions before this one: [address, mnemonic, operands]

sub is_access { $_[0] =~ /^(ld|st|prfm)/ }

# 835769: a load or store, then a 64-bit multiply-accumulate that does not wait for what is loaded.
sub accumulates_too_early {
    my ($before, $now) = @_;
    return 0 unless $now->[1] =~ /^([su]m(add|sub)l|m(add|sub))$/ && $now->[2] =~ /^x/ && is_access($before->[1]);
    my ($loaded) = $before->[2] =~ /^([^\[]*)/;
    my @sources = $now->[2] =~ /[xw](\d+)/g;
    shift @sources;
    return 1 if $before->[1] !~ /^ld/ || $loaded =~ /\b[bhsdqv]\d/;
    for my $register ($loaded =~ /\b[xw](\d+)/g) {
        return 0 if grep { $_ == $register } @sources;
    }
    return 1;
}

# 843419: ADRP in a page's last two words, a load or store (no load of a pair), then at once or one later a load or store
# with an immediate, whose base is ADRP's.
sub page_is_lost {
    my ($adrp, $second, $now) = @_;
    my ($page) = $adrp->[2] =~ /^(x\d+)/;
    return $adrp->[1] eq 'adrp' && $adrp->[0] =~ /ff[8c]$/ && is_access($second->[1]) && $second->[1] ne 'ldp'
        && is_access($now->[1]) && $now->[2] =~ /\[$page(, #\d+)?\]$/;
}

while (<>) {
    my ($address, $mnemonic, $operands) = /^\s*([0-9a-f]+):\s+[0-9a-f]{8}\s+(\S+)\s*([^<\/]*?)\s*([<\/].*)?$/;
    unless (defined $mnemonic) {
        @last = ();
        next;
    }
    my $now = [$address, $mnemonic, $operands];
    print "835769 $address: $last[-1][1] $last[-1][2]; $mnemonic $operands\n"
        if @last && accumulates_too_early($last[-1], $now);
    print "843419 $last[-2][0]: $last[-2][1] $last[-2][2]; $last[-1][1]; $mnemonic $operands\n"
        if @last >= 2 && page_is_lost($last[-2], $last[-1], $now);
    print "843419 $last[-3][0]: $last[-3][1] $last[-3][2]; $last[-2][1]; $last[-1][1]; $mnemonic $operands\n"
        if @last >= 3 && page_is_lost($last[-3], $last[-2], $now);
    push @last, $now;
    shift @last if @last > 3;
}
