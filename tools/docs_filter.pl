#!/usr/bin/env perl
# For Doxygen: the headers' plain comments become its own. A comment before declarations that follow one another
# without a blank line is about each of them, so each gets it; a comment behind a line is about what the line declares.
use strict;
use warnings;

my $about = '';       # the comment that stands before the declaration which comes now
my $group = '';       # the one that the declarations before it share
my $inside = 0;       # in a comment before a declaration
my $trailing = 0;     # in a comment behind one
my $open = 0;         # in a declaration that has not ended
my $depth = 0;        # of braces
my $first = 1;        # nothing but the file's own comment so far

while (<>) {
    if ($inside || (!$trailing && m{^\s*/\*})) {
        my $line = $_;
        $line =~ s{/\*}{$first ? '/** @file' . "\n * " : '/**'}e if !$inside;
        $first = 0;
        $about .= $line;
        $inside = $line !~ m{\*/};
        next;
    }
    if ($trailing) {
        $trailing = !m{\*/};
        print;
        next;
    }
    if (/^\s*$/ && !$open && !$depth) {
        print $about;
        $about = $group = '';
        print;
        next;
    }
    my $code = $_;
    $code =~ s{/\*.*}{};
    if (!$open && !$depth && $code =~ /\S/ && $code !~ /^(#(?!define (?!\w+_H$))|\}|extern "C")/) {
        $group = $about if $about;
        $about = $group;
    }
    print $about;
    $about = '';
    # What shares a line shares its comment.
    if (m{^\s*((?:extern |const |struct )*\w+\s+\**)(\w+(?:, \**\w+)+);\s*(/\*.*\*/)?\s*$}) {
        my ($type, $members, $comment) = ($1, $2, $3 // '');
        $comment =~ s{/\*}{/**<};
        # A comment before the line has been printed for the first of them.
        my $between = $comment || $depth ? ' ' : "\n$group";
        print join($between, map { "$type$_; $comment" } split /, /, $members), "\n";
        next;
    }
    s{/\*}{/**<};
    $trailing = m{/\*\*<} && !m{\*/};
    $depth += ($code =~ tr/{//) - ($code =~ tr/}//) unless $code =~ /extern "C"/;
    $open = $depth > 0 || ($code =~ /\S/ && $code !~ /[;}]\s*$/ && $code !~ /^#/ && $code !~ /extern "C"/) if $code =~ /\S/;
    $depth = 0 if $code =~ /^\}\s*$/;
    print;
}
