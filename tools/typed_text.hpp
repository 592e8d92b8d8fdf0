// Texts that people type or copy: characters that nobody sees, and e-mail addresses.
#pragma once

#include <string>
#include <string_view>

/// Returns the text without the blanks and the invisible characters around it. Texts that are copied from pages and
/// documents often have those of Unicode, such as U+00A0 and U+200B.
[[nodiscard]] std::string_view trimmed_cell(std::string_view text);

/// Returns the first character of a text, as `U+200B`, that nobody sees: a control character, an invisible character,
/// or a blank other than the space. The joiners that some scripts and emoji need are permitted. Empty if there is none.
[[nodiscard]] std::string hidden_character(std::string_view text);

/// Returns the text without the characters that nobody sees, except spaces.
[[nodiscard]] std::string without_hidden(std::string_view text);

/// Returns whether a text has the shape of an API key, also if characters that nobody sees stand inside it.
[[nodiscard]] bool looks_like_key(std::string_view text);

/// Formats a text for a message, in quotes and shortened: a key is masked, and a character that nobody sees is shown as
/// `<U+200B>`.
[[nodiscard]] std::string quoted(std::string_view text);

/// Returns why a text is not one e-mail address; empty if it is one. It is stricter than RFC 5322, which permits quotes
/// and comments.
[[nodiscard]] std::string address_fault(std::string_view text);
