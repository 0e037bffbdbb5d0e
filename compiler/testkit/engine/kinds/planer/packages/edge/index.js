exports.bearer = (token) => `Bearer ${token}`;
