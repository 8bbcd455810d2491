// What mediasoup-worker uses of ankerl::unordered_dense (map, set and hash), on
// top of the standard library.
//
// The standard containers keep iterators and references valid wherever the
// original does, and in more cases, so code written for the original is right
// with them. Two things differ: the original iterates in order of insertion
// until something is erased, and it allocates less.

#ifndef LINKELLO_UNORDERED_DENSE_H
#define LINKELLO_UNORDERED_DENSE_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	// std::hash gives integers back as they are. mediasoup combines the hashes of
	// several fields (an address, a port) into one and relies on mixed bits.
	template<typename T>
	struct hash
	{
		std::size_t operator()(const T& value) const noexcept
		{
			if constexpr (std::is_integral_v<T> || std::is_enum_v<T> || std::is_pointer_v<T>)
			{
				// Multiply by 2^64 divided by the golden ratio, and fold.
				const auto product =
				  static_cast<unsigned __int128>(std::hash<T>{}(value)) * 0x9E3779B97F4A7C15ULL;

				return static_cast<std::size_t>(product) ^ static_cast<std::size_t>(product >> 64);
			}
			else
			{
				return std::hash<T>{}(value);
			}
		}
	};

	template<typename Key, typename Value, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hash, Equal>;

	template<typename Key, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense

#endif
